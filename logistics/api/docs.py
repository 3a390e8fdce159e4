"""The description of the API: the OpenAPI document, its page, and what each problem code means."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView

from logistics.rest import code_lists
from logistics.rest.problems import TITLES
from logistics.rest.schema import document


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
