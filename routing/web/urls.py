"""Addresses of the pages of a day, of a trip, of the cold chain, and of the forms that plan and commit."""

from django.urls import path

from routing.web import cold, plans, trips
from routing.web import today as day

urlpatterns = [
    path("today", day.today, name="today"),
    path("today/attention", day.attention, name="today-attention"),
    path("today/rooms", day.rooms, name="today-rooms"),
    path("trips/<str:public_id>", trips.trip, name="trip"),
    path("cold-chain", cold.overview, name="cold-chain"),
    path("cold-chain/board", cold.board, name="cold-chain-board"),
    path("cold-chain/sensors", cold.sensors, name="sensors"),
    path("cold-chain/spaces/<str:public_id>", cold.space, name="cold-space"),
    path("cold-chain/spaces/<str:public_id>/now", cold.space_now, name="cold-space-now"),
    path("cold-chain/shipments/<str:public_id>", cold.shipment, name="cold-shipment"),
    path("cold-chain/shipments/<str:public_id>/now", cold.shipment_now, name="cold-shipment-now"),
    path("cold-chain/excursions/<str:public_id>", cold.excursion, name="excursion"),
    path("cold-chain/excursions/<str:public_id>/now", cold.excursion_now, name="excursion-now"),
    path(
        "cold-chain/excursions/<str:public_id>/acknowledge",
        cold.answer,
        {"deed": "acknowledge"},
        name="excursion-acknowledge",
    ),
    path(
        "cold-chain/excursions/<str:public_id>/cause",
        cold.answer,
        {"deed": "cause"},
        name="excursion-cause",
    ),
    path(
        "cold-chain/excursions/<str:public_id>/dispose",
        cold.answer,
        {"deed": "dispose"},
        name="excursion-dispose",
    ),
    path("plans", plans.start, name="start-plan"),
    path("plans/<str:public_id>/progress", plans.progress, name="plan-progress"),
    path("plans/<str:public_id>/stop", plans.stop, name="stop-plan"),
    path("plans/<str:public_id>/commit", plans.commit, name="commit-plan"),
]
