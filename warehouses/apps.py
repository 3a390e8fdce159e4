"""Starts the warehouses floor."""

from django.apps import AppConfig


class WarehousesConfig(AppConfig):
    name = "warehouses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from warehouses import visibility  # noqa: F401, PLC0415 - registers who may see what
