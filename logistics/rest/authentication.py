"""From a bearer token or a session to the principal that asks; `request.auth` is that principal."""

import hashlib
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AccessToken
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from logistics.access import principal_of_machine, principal_of_user
from logistics.models import User
from logistics.rest.arrivals import arrived_at
from logistics.scoping import STRANGER, Principal

CHALLENGE = 'Bearer realm="api"'
# Naming forty columns that nobody reads costs as much as the look-up itself.
NEEDED = (
    "expires",
    "scope",
    "resource",
    "application__id",
    *(
        f"application__machine__{name}"
        for name in ("application", "organization", "role", "scopes", "is_active")
    ),
)


class BearerAuthentication(authentication.BaseAuthentication):
    """A machine with an access token of django-oauth-toolkit, found by its SHA-256."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Principal] | None:
        """Return the machine's principal, None without a bearer token, or refuse."""
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        row = self._row(token.strip())
        if row is None or row.resource or row.expires <= arrived_at(request):
            raise AuthenticationFailed(_("The token is unknown, expired or revoked."))
        principal = principal_of_machine(
            machine=getattr(row.application, "machine", None), scopes=frozenset(row.scope.split())
        )
        if principal is STRANGER:
            raise AuthenticationFailed(_("The client is switched off."))
        return AnonymousUser(), principal

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing credential is a 401."""
        return CHALLENGE

    def _row(self, token: str) -> Any:
        checksum = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        rows = AccessToken.objects.select_related("application__machine").only(*NEEDED)
        return rows.filter(token_checksum=checksum, application__isnull=False).first()


class SessionAuthentication(authentication.SessionAuthentication):
    """A signed-in person in the browser, with CSRF enforced."""

    def authenticate(self, request: Request) -> tuple[User, Principal] | None:
        """Return the person's principal, or None where nobody has signed in."""
        found = super().authenticate(request)
        if found is None or not isinstance(found[0], User):
            return None
        return found[0], principal_of_user(user=found[0], at=arrived_at(request))
