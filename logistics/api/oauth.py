"""Tokens for machines: client credentials only, and their revocation."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider import views

from logistics.rest.problems import RETRY_AFTER_S

log = logging.getLogger(__name__)


# A machine signs in with its secret and has no session that another site could ride on. The mark
# is set here again because `as_view` reads it from `dispatch`, which both views override.
@method_decorator(csrf_exempt, name="dispatch")
class TokenView(views.TokenView):  # type: ignore[misc]
    """RFC 6749 section 4.4; errors as section 5.2 words them, not as problems."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _answered(super().dispatch, request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("grant_type") != "client_credentials":
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


@method_decorator(csrf_exempt, name="dispatch")
class RevokeView(views.RevokeTokenView):  # type: ignore[misc]
    """RFC 7009."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _answered(super().dispatch, request, *args, **kwargs)


def _answered(dispatch: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        response: HttpResponseBase = dispatch(request, *args, **kwargs)
    except (ValueError, KeyError):
        # oauthlib raises these for a query or body that is no form at all.
        return JsonResponse({"error": "invalid_request"}, status=400)
    except (OperationalError, InterfaceError) as error:
        # As the rest of the API answers without its database: the machine asks again.
        log.error("database not available: %s", error)  # noqa: TRY400 - the reason is the whole story
        retry = {"Retry-After": str(RETRY_AFTER_S["service_unavailable"])}
        return JsonResponse({"error": "temporarily_unavailable"}, status=503, headers=retry)
    response["Cache-Control"] = "no-store"
    return response
