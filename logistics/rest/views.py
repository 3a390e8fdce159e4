"""The base of every REST view: who asks, what they may see, declared parameters, pages and entity tags."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, final

from django.db import models
from django.db.models import QuerySet
from django.http import Http404
from django.utils.cache import patch_vary_headers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from logistics.rest.paging import CURSOR, DEFAULT_LIMIT, LIMIT, link_next, page_of
from logistics.rest.parameters import Parameter, read_parameters
from logistics.rest.permissions import Access
from logistics.rest.preconditions import etag_of, is_not_modified
from logistics.scoping import STRANGER, Principal

PAGING: Final = (LIMIT, CURSOR)


class RestView(GenericAPIView[Any]):
    """A view that admits nobody until `access` says who may do what.

    `table` is what it reads; its queryset always starts at what the principal may see, and
    `narrow` can only take rows away.
    """

    access: ClassVar[Mapping[str, Access]] = {}
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    # For the OpenAPI document, by method: name, body, answers by status, headers it asks for.
    operations: ClassVar[Mapping[str, str]] = {}
    bodies: ClassVar[Mapping[str, Any]] = {}
    answers: ClassVar[Mapping[str, Mapping[int, Any]]] = {}
    asks_for: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    table: ClassVar[type[models.Model] | None] = None
    asked: Mapping[str, Any]

    @property
    def principal(self) -> Principal:
        """Who asks."""
        principal = getattr(self.request, "auth", None)
        return principal if isinstance(principal, Principal) else STRANGER

    @final
    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that the principal may see, narrowed by the view; never widened."""
        if self.table is None:
            msg = f"{type(self).__name__} names no table"
            raise NotImplementedError(msg)
        seen = self.table._default_manager.visible_to(self.principal)  # type: ignore[attr-defined]
        return self.narrow(seen)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Filter and join; a view overrides this and nothing else."""
        return rows

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, admit, then read the query parameters."""
        super().initial(request, *args, **kwargs)
        is_read = request.method in {"GET", "HEAD"}
        if hasattr(self, str(request.method).lower()):
            self.asked = read_parameters(request.query_params, self.parameters if is_read else ())

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell serializers who reads: nested rows may be withheld."""
        return {"principal": self.principal}

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep answers out of shared caches: the same address says other things to another reader."""
        final_response = super().finalize_response(request, response, *args, **kwargs)
        final_response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(final_response, ["Authorization", "Cookie"])
        return final_response


class ListView(RestView):
    """A page of rows by keyset; `order_key` is unique within what the list shows."""

    order_key: ClassVar[str] = "id"

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer one page and the way to the next."""
        page = page_of(
            self.filtered(self.get_queryset()),
            key=self.order_key,
            place=f"{request.path} {self.principal.label}",
            cursor=self.asked.get("cursor"),
            limit=self.asked.get("limit", DEFAULT_LIMIT),
        )
        data = self.get_serializer(page.rows, many=True).data
        response = Response({"data": data, "next_cursor": page.next_cursor})
        if page.next_cursor:
            response["Link"] = link_next(request, "cursor", page.next_cursor)
        return response

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the parameters that were asked for."""
        return rows


class OneRow(RestView):
    """One row by its public id; what the principal may not see is missing."""

    def row(self, public_id: str) -> Any:
        """Return the row, or answer 404 for a missing and a foreign one alike."""
        row = self.get_queryset().filter(public_id=public_id).first()
        if row is None:
            raise Http404
        return row

    def etag(self, row: Any) -> str:
        """Return the entity tag over the row and all rows that its answer nests."""
        return etag_of(row, *self.nested(row), reader=self.principal)

    def nested(self, row: Any) -> list[models.Model | None]:
        """Return the other rows that the answer shows."""
        return []

    def shown(self, row: Any) -> Any:
        """Return the answer's data."""
        return self.get_serializer(row).data


class DetailView(OneRow):
    """Reads one row."""

    def get(self, request: Request, public_id: str, **kwargs: Any) -> Response:
        """Answer the row with its entity tag, or 304."""
        row = self.row(public_id)
        etag = self.etag(row)
        if is_not_modified(request, etag):
            return Response(status=304, headers={"ETag": etag})
        return Response(self.shown(row), headers={"ETag": etag})
