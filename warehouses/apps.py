"""Starts the warehouses floor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WarehousesConfig(AppConfig):
    name = "warehouses"
    verbose_name = _("Park and cold chain")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # What registers itself on import: who may see what, and what events say.
        from warehouses import (  # noqa: PLC0415
            cold_event_types,  # noqa: F401
            event_types,  # noqa: F401
            handling_event_types,  # noqa: F401
            visibility,  # noqa: F401
        )
