"""The admin's site: one door for everybody, and a policy that lets its own scripts run."""

from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.sites import UnfoldAdminSite

# Alpine, which the admin's theme is made with, evaluates expressions; no other page may.
with_alpine = csp_update({"script-src": [UNSAFE_EVAL]})


class ParkAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    def admin_view(
        self,
        view: Callable[..., Any],
        cacheable: bool = False,  # noqa: FBT001, FBT002
    ) -> Callable[..., Any]:
        """Serve a page of the admin under its own policy."""
        allowed: Callable[..., Any] = with_alpine(super().admin_view(view, cacheable))
        return allowed

    def login(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lead strangers to the one sign-in page, where guessing is locked; refuse who is no staff."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", "/admin/"), settings.LOGIN_URL)
