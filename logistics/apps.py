"""Starts the logistics floor."""

from django.apps import AppConfig


class LogisticsConfig(AppConfig):
    name = "logistics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from logistics import visibility  # noqa: F401, PLC0415 - registers who may see what
