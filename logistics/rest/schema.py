"""The OpenAPI 3.1 document: what the views declare (parameters, scopes, keys, entity tags) as operations."""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework.serializers import CharField

from logistics.rest.idempotency import HEADER, MAX_KEY
from logistics.rest.parameters import Parameter
from logistics.rest.problems import MEDIA_TYPE
from logistics.rest.shapes import ProblemShape, StrictShape
from logistics.rest.views import DetailView, ListView


def describe_credentials(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add the two kinds of credentials to the document (a hook of drf-spectacular)."""
    flow = {"tokenUrl": "/oauth/token", "scopes": settings.OAUTH2_PROVIDER["SCOPES"]}
    result["components"]["securitySchemes"] = {
        "oauth2": {
            "type": "oauth2",
            "description": "Client credentials; tokens live 15 minutes.",
            "flows": {"clientCredentials": flow},
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A signed-in person's browser; changes also need the CSRF token.",
        },
    }
    return result


def in_query(parameter: Parameter) -> OpenApiParameter:
    """Describe a declared query parameter."""
    is_list = parameter.schema.get("type") == "array"
    return OpenApiParameter(
        parameter.name,
        dict(parameter.schema),
        OpenApiParameter.QUERY,
        description=parameter.description,
        style="form" if is_list else None,
        explode=False if is_list else None,
    )


def in_header(name: str, description: str, *, required: bool = True) -> OpenApiParameter:
    """Describe a request header."""
    schema = {"type": "string", "minLength": 1, "maxLength": MAX_KEY}
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, required=required, description=description
    )


IDEMPOTENCY_KEY = in_header(
    HEADER,
    "Your own unique value, the same when you try again. Remembered for 24 hours: a repetition is "
    "answered with the same bytes and Idempotency-Replayed: true; 409 while the first is worked on; "
    "422 if the body differs.",
)
IF_MATCH = in_header("If-Match", "The ETag of the state that you decided on.")
PACKED_BODY = OpenApiParameter(
    "Content-Encoding",
    {"type": "string", "enum": ["gzip"]},
    OpenApiParameter.HEADER,
    description="Of a body packed with gzip; the limits count for what comes out.",
)
IF_NONE_MATCH = in_header("If-None-Match", "An ETag that you hold.", required=False)


class RestSchema(AutoSchema):
    """Reads a RestView's declarations."""

    def get_override_parameters(self) -> list[Any]:
        """Return the query parameters and headers of the operation."""
        declared = getattr(self.view, "parameters", ()) if self.method == "GET" else ()
        found = [in_query(parameter) for parameter in declared]
        if self.method == "GET" and isinstance(self.view, DetailView):
            found.append(IF_NONE_MATCH)
        return [*found, *getattr(self.view, "asks_for", {}).get(self.method, ())]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return the credentials and the scope that the operation needs."""
        access = getattr(self.view, "access", {}).get(self.method)
        if access is None:
            return [{}]
        return [{"oauth2": [access.scope] if access.scope else []}, {"session": []}]

    def get_operation_id(self) -> str:
        """Return the view's own name of the operation."""
        operations = getattr(self.view, "operations", {})
        return str(operations.get(self.method) or super().get_operation_id())

    def get_description(self) -> str:  # type: ignore[override]
        """Return the view's own sentence, never one that it inherits."""
        return str(type(self.view).__dict__.get("__doc__") or "")

    def get_tags(self) -> list[str]:
        """Group by the first word of the path."""
        return [self.path.removeprefix("/api/v1/").partition("/")[0].partition(":")[0] or "index"]

    def get_request_serializer(self) -> Any:
        """Return the shape of the body that the operation reads."""
        return getattr(self.view, "bodies", {}).get(self.method)

    def get_response_serializers(self) -> Any:
        """Return what the operation answers, by status; any refusal is a problem."""
        answers = dict(getattr(self.view, "answers", {}).get(self.method, {}))
        shape = getattr(self.view, "serializer_class", None)
        if not answers and isinstance(self.view, ListView):
            answers = {200: page_shape(shape)}
        elif not answers:
            answers = {200: shape}
        if self.method == "GET" and isinstance(self.view, DetailView):
            answers[304] = OpenApiResponse(description="You hold this very answer already.")
        answers["default", MEDIA_TYPE] = OpenApiResponse(ProblemShape, description="RFC 9457.")
        return answers

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # lists have an envelope of their own

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, StrictShape):
            schema["additionalProperties"] = False
        return schema

    def _get_serializer_name(self, serializer: Any, *args: Any, **kwargs: Any) -> str:
        return str(super()._get_serializer_name(serializer, *args, **kwargs)).removesuffix("Shape")


@lru_cache
def page_shape(shape: Any) -> Any:
    """Return the envelope of a list of these shapes."""
    name = shape.__name__.removesuffix("Shape")
    return inline_serializer(
        f"{name}Page",
        {
            "data": shape(many=True),
            "next_cursor": CharField(allow_null=True, help_text="Null on the last page."),
        },
    )


@lru_cache
def document() -> bytes:
    """Return the OpenAPI document, the same for everybody; it is committed as docs/openapi.json."""
    with override("en"):
        schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, ensure_ascii=False, indent=1).encode() + b"\n"
