"""Stamps each request with the moment it came, the one reading of the clock for all that it causes."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

# W3C Trace Context: version, trace id, parent id, flags.
TRACEPARENT = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")


class ArrivalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = TRACEPARENT.match(request.headers.get("traceparent", ""))
        trace_id = given.group(1) if given else uuid.uuid4().hex
        request.arrived_at = timezone.now()  # type: ignore[attr-defined]
        request.trace_id = trace_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["Trace-Id"] = trace_id
        return response
