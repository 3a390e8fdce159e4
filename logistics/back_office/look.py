"""What the admin looks like: its name, its mark and its colors."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Luohe logistics park"),
    "SITE_HEADER": _("Luohe logistics park"),
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "ac_unit",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("park/mark.svg")}
    ],
    "SHOW_HISTORY": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .19 257)",
            "600": "oklch(51% .175 256)",
            "700": "oklch(46% .17 258)",
            "800": "oklch(40% .15 260)",
            "900": "oklch(36% .12 262)",
            "950": "oklch(28% .09 266)",
        }
    },
}
