"""Starts the routing floor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    name = "routing"
    verbose_name = _("Fleet, loads and plans")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # What registers itself on import: who may see what, and what events say.
        from routing import (  # noqa: F401, PLC0415
            event_types,
            load_event_types,
            tender_event_types,
            visibility,
        )
