"""The addresses of the service; each floor's doors are included by name."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
