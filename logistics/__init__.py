"""Parties, sites, shipments, parcels and events: the words the other floors share."""

from logistics.celery import app as celery_app

__all__ = ["celery_app"]
