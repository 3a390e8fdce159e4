"""A view that says nothing admits nobody."""

from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.models import Shipment
from logistics.rest.permissions import EVERY_ROLE, Access
from logistics.rest.views import RestView
from logistics.scoping import Role
from tests.cast import Cast, Member
from tests.rest_client import Rest


class Silent(RestView):
    def get(self, request: Request) -> Response:
        return Response({"secret": 1})


class Narrow(RestView):
    access = {"GET": Access(frozenset({Role.CARRIER}), "loads:read")}
    table = Shipment

    def get(self, request: Request) -> Response:
        return Response({"n": self.get_queryset().count()})

    def post(self, request: Request) -> Response:
        return Response({"secret": 1})


def status(view: type[RestView], member: Member | None, method: str = "get") -> int:
    headers: dict[str, Any] = Rest(member).headers
    request = getattr(RequestFactory(), method)("/api/v1/x", headers=headers)
    request.arrived_at = timezone.now()
    return int(view.as_view()(request).status_code)


def test_a_view_without_access_admits_nobody(cast: Cast) -> None:
    assert [status(Silent, member) for member in cast.members] == [403] * len(cast.members)
    assert status(Silent, None) == 401


def test_a_method_that_access_does_not_name_admits_nobody(cast: Cast) -> None:
    assert status(Narrow, cast.yto) == 200
    assert status(Narrow, cast.yto, "post") == 403
    assert status(Narrow, cast.yto, "put") == 405
    assert status(Narrow, cast.shipper) == 403


def test_every_role_means_no_stranger_and_no_system() -> None:
    assert {Role.STRANGER, Role.SYSTEM} & EVERY_ROLE == set()


def test_a_view_without_table_has_no_rows() -> None:
    with pytest.raises(NotImplementedError, match="names no table"):
        Silent().get_queryset()
