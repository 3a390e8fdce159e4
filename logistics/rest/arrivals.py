"""What a request carries besides its content: when it came, its trace id, whether a machine sent it."""

from datetime import datetime
from typing import Any, cast

REST_PREFIXES = ("/api/", "/oauth/", "/health/")


def is_rest(path: str) -> bool:
    """Say whether a path belongs to machines, which are answered in JSON and never in HTML."""
    return path.startswith(REST_PREFIXES)


def arrived_at(request: Any) -> datetime:
    """Return when the request came in; `logistics.api.arrivals` has stamped it."""
    return cast("datetime", request.arrived_at)


def trace_id(request: Any) -> str:
    """Return the id that stands in the answer, in its header and in our log."""
    return str(getattr(request, "trace_id", ""))
