"""Reads one variable of the environment for the settings; a wrong value stops the start and names the variable."""

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

COLDEST_C, WARMEST_C = -60, 60


def read(
    kind: str, name: str, default: Any, check: Callable[[Any], bool] = lambda _value: True
) -> Any:
    """Return a variable of the environment, or stop the start with a sentence that names it."""
    try:
        value = getattr(env, kind)(name, default=default)
    except (ValueError, ImproperlyConfigured) as error:
        msg = f"{name}: {env.str(name, '')!r} is not a valid {kind} ({error})."
        raise ImproperlyConfigured(msg) from error
    if not check(value):
        msg = f"{name}: {value!r} is out of range; see docs/operations.md."
        raise ImproperlyConfigured(msg)
    return value


def positive(value: float) -> bool:
    """Say whether a number is above zero."""
    return value > 0


def not_negative(value: float) -> bool:
    """Say whether a number is zero or above."""
    return value >= 0


def is_temperature(text: str) -> bool:
    """Say whether this is a number of °C that air can have."""
    try:
        return COLDEST_C <= float(text) <= WARMEST_C
    except ValueError:
        return False


def is_web_address(url: str, *, may_miss: bool = False) -> bool:
    """Say whether this is an address of HTTP with a host, or empty where it may be."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (parts.scheme in {"http", "https"} and bool(parts.hostname)) or (not url and may_miss)


def is_mqtt_address(url: str) -> bool:
    """Say whether this is an address of an MQTT broker, or empty."""
    try:
        parts = urlsplit(url)
        return not url or (
            parts.scheme in {"mqtt", "mqtts"} and bool(parts.hostname) and parts.port != 0
        )
    except ValueError:
        return False


def is_days_of(text: str, names: Collection[str], *, least: int) -> bool:
    """Say whether this is one of the names with its days, such as ``pharma_cold=1825``."""
    name, _, days = text.partition("=")
    return name in names and days.isdecimal() and int(days) >= least
