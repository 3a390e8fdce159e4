"""Starts the routing floor."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from routing import visibility  # noqa: F401, PLC0415 - registers who may see what
