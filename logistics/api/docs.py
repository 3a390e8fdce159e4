"""The description of the API: the OpenAPI document, its page, and what each problem code means."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from logistics.rest import code_lists
from logistics.rest.problems import TITLES


class OpenApiDocument(SpectacularJSONAPIView):
    """The same words for everybody: what is committed as docs/openapi.json."""

    def _get_schema_response(self, request: HttpRequest) -> HttpResponse:
        with override("en"):
            response: HttpResponse = super()._get_schema_response(request)  # type: ignore[no-untyped-call]
            return response


class DocsPage(SpectacularSwaggerSplitView):
    """Swagger UI from our own disk; its script comes as a file, so the page's policy holds."""

    url_name = "api-openapi"


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    codes = code_lists.translated(TITLES)
    return render(request, "api/problems.html", {"codes": codes, "site_url": settings.SITE_URL})
