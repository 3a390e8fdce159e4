"""Denied by default: a view says per method which roles may enter and which scope a machine needs."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from logistics.scoping import Principal, Role


class InsufficientScope(APIException):
    """The role may, this token may not (RFC 6750 section 3.1)."""

    status_code = status.HTTP_403_FORBIDDEN
    default_code = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(_("This needs the scope %(scope)s.") % {"scope": scope})
        self.auth_header = f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use one method of a view; people have no scopes, their role alone decides."""

    roles: frozenset[Role]
    scope: str | None = None


# A role may be admitted and still see no row: rows are `visible_to`'s matter.
EVERY_ROLE = frozenset(Role) - {Role.STRANGER, Role.SYSTEM}
OVERSIGHT = frozenset({Role.AUDITOR, Role.ADMIN})
STAFF = frozenset({Role.DISPATCHER, Role.PARK_MANAGER}) | OVERSIGHT


class RoleAndScope(BasePermission):
    """Admits a principal whose role the view names, with the scope that it names."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Admit, deny, or say which scope is missing."""
        principal = request.auth
        if not isinstance(principal, Principal):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        if not hasattr(view, method.lower()):
            return True  # the view answers 405
        access: Access | None = getattr(view, "access", {}).get(method)
        if access is None or principal.role not in access.roles:
            return False
        if principal.client_id and access.scope and access.scope not in principal.scopes:
            raise InsufficientScope(access.scope)
        return True
