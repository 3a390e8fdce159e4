"""Addresses below /api/v1/ that the top floor answers."""

from django.urls import path

import logistics.rest.routes  # noqa: F401 - makes <pid:...> known
from routing.api import load_views, plan_views, tender_views, trip_views

urlpatterns = [
    path("loads", load_views.LoadList.as_view(), name="api-loads"),
    path("loads/<pid:public_id>", load_views.LoadDetail.as_view(), name="api-load"),
    path("trips", trip_views.TripList.as_view(), name="api-trips"),
    path("trips/<pid:public_id>", trip_views.TripDetail.as_view(), name="api-trip"),
    path("trips/<pid:public_id>/stops", trip_views.TripStops.as_view(), name="api-trip-stops"),
    path("stops/<pid:public_id>", trip_views.StopDetail.as_view(), name="api-stop"),
    path("tenders", tender_views.TenderList.as_view(), name="api-tenders"),
    path("tenders/<pid:public_id>", tender_views.TenderDetail.as_view(), name="api-tender"),
    *(
        path(f"tenders/<pid:public_id>:{word}", view.as_view(), name=f"api-tender-{word}")
        for word, view in {
            "accept": tender_views.TenderAccept,
            "decline": tender_views.TenderDecline,
            "counter": tender_views.TenderCounter,
            "accept-counter": tender_views.TenderAcceptCounter,
            "decline-counter": tender_views.TenderDeclineCounter,
            "withdraw": tender_views.TenderWithdraw,
        }.items()
    ),
    path("plans", plan_views.Plans.as_view(), name="api-plans"),
    path("plans/<pid:public_id>", plan_views.PlanDetail.as_view(), name="api-plan"),
    path("plans/<pid:public_id>:commit", plan_views.PlanCommit.as_view(), name="api-plan-commit"),
    path(
        "plans/<pid:public_id>/unassigned",
        plan_views.PlanUnassigned.as_view(),
        name="api-plan-unassigned",
    ),
]
