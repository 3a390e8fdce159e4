"""Addresses below /api/v1/ that the park's floor answers."""

from django.urls import path

import logistics.rest.routes  # noqa: F401 - makes <pid:...> known
from warehouses.api import dossiers, epcis, excursions, imports, readings, space_events

urlpatterns = [
    path("temperature-readings:batch", readings.ReadingBatch.as_view(), name="api-readings-batch"),
    path(
        "temperature-readings:import", imports.ReadingImports.as_view(), name="api-readings-import"
    ),
    path("epcis/capture", epcis.EpcisCapture.as_view(), name="api-epcis-capture"),
    path("space-events:batch", space_events.SpaceEventBatch.as_view(), name="api-space-events"),
    path(
        "shipments/<pid:public_id>/dossier",
        dossiers.ShipmentDossier.as_view(),
        name="api-shipment-dossier",
    ),
    path("dossier-key", dossiers.DossierKey.as_view(), name="api-dossier-key"),
    path("excursions", excursions.ExcursionList.as_view(), name="api-excursions"),
    path("excursions/<pid:public_id>", excursions.ExcursionDetail.as_view(), name="api-excursion"),
    path(
        "excursions/<pid:public_id>:acknowledge",
        excursions.ExcursionAcknowledge.as_view(),
        name="api-excursion-acknowledge",
    ),
    path(
        "excursions/<pid:public_id>:name-cause",
        excursions.ExcursionCause.as_view(),
        name="api-excursion-cause",
    ),
    path(
        "excursions/<pid:public_id>:dispose",
        excursions.ExcursionDispose.as_view(),
        name="api-excursion-dispose",
    ),
]
