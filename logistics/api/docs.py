"""The description of the API: the OpenAPI document, its page, and what each problem code means."""

import json
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView

from logistics.rest import code_lists
from logistics.rest.problems import TITLES


@lru_cache
def document() -> bytes:
    """Return the OpenAPI document, the same for everybody; it is committed as docs/openapi.json."""
    with override("en"):
        schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, ensure_ascii=False, indent=1).encode() + b"\n"


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(document(), content_type="application/vnd.oai.openapi+json;version=3.1")


class DocsPage(SpectacularSwaggerSplitView):
    """Swagger UI from our own disk; its script comes as a file, so the page's policy holds."""

    url_name = "api-openapi"


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    codes = code_lists.translated(TITLES)
    return render(request, "api/problems.html", {"codes": codes, "site_url": settings.SITE_URL})
