"""Addresses below /api/v1/ that the lowest floor answers."""

from django.urls import path

import logistics.rest.routes  # noqa: F401 - makes <pid:...> known
from logistics.api import discovery, docs, events, shipments

urlpatterns = [
    path("", discovery.Index.as_view(), name="api-index"),
    path("openapi.json", docs.openapi, name="api-openapi"),
    path("me", discovery.Me.as_view(), name="api-me"),
    path("code-lists", discovery.CodeLists.as_view(), name="api-code-lists"),
    path("code-lists/<slug:name>", discovery.CodeList.as_view(), name="api-code-list"),
    path("shipments", shipments.ShipmentList.as_view(), name="api-shipments"),
    path("shipments/<pid:public_id>", shipments.ShipmentDetail.as_view(), name="api-shipment"),
    path("events", events.EventFeed.as_view(), name="api-events"),
]
