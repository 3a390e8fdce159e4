"""The `lucide` tag, remembering each icon: drawing one anew costs a millisecond."""

from functools import cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@cache
def _drawn(name: str, size: int | None, attributes: tuple[tuple[str, object], ...]) -> SafeString:
    return SafeString(draw(name, size=size, **dict(attributes)))


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> SafeString:
    """Draw an icon of Lucide as inline SVG."""
    return _drawn(name, size, tuple({"class": "lucide", **attributes}.items()))
