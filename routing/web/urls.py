"""Addresses of the pages of a day, of a trip, and of the forms that plan and commit."""

from django.urls import path

from routing.web import plans, trips
from routing.web import today as day

urlpatterns = [
    path("today", day.today, name="today"),
    path("today/attention", day.attention, name="today-attention"),
    path("today/rooms", day.rooms, name="today-rooms"),
    path("trips/<str:public_id>", trips.trip, name="trip"),
    path("plans", plans.start, name="start-plan"),
    path("plans/<str:public_id>/progress", plans.progress, name="plan-progress"),
    path("plans/<str:public_id>/stop", plans.stop, name="stop-plan"),
    path("plans/<str:public_id>/commit", plans.commit, name="commit-plan"),
]
