"""Starts the logistics floor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LogisticsConfig(AppConfig):
    name = "logistics"
    verbose_name = _("Parties, sites and shipments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from logistics import visibility  # noqa: F401, PLC0415 - registers who may see what
