"""The addresses of the service; each floor's doors are included by name."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("logistics.web.urls")),
    path("", include("routing.web.urls")),
    path("", include("logistics.api.service_urls")),
    path("api/v1/", include("logistics.api.urls")),
    path("api/v1/", include("warehouses.api.urls")),
    path("api/v1/", include("routing.api.urls")),
]

handler400 = "logistics.rest.problems.bad_request"
handler403 = "logistics.rest.problems.permission_denied"
handler404 = "logistics.rest.problems.page_not_found"
handler500 = "logistics.rest.problems.server_error"
