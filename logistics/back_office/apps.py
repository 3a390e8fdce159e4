"""Makes Django's admin use the park's site."""

from django.contrib.admin import apps


class ParkAdminConfig(apps.AdminConfig):
    default_site = "logistics.back_office.site.ParkAdminSite"
