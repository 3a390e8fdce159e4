"""Addresses below /api/v1/ that the park's floor answers."""

from django.urls import path

from warehouses.api import readings

urlpatterns = [
    path("temperature-readings:batch", readings.ReadingBatch.as_view(), name="api-readings-batch"),
]
