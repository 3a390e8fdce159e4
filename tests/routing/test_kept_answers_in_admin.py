"""Whoever runs the park sees what is kept of road engines and geocoders, and may delete it, but not edit it."""

import pytest
from django.test import Client
from django.urls import reverse

from logistics.models import User
from routing.models import GeocodedText, TravelPair

pytestmark = pytest.mark.django_db


@pytest.fixture
def back_office(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("keeper", password="a long password"))
    return client


@pytest.mark.parametrize("name", ["travelpair", "geocodedtext"])
def test_kept_answers_are_listed_and_deleted_but_never_written_by_hand(
    back_office: Client, name: str
) -> None:
    TravelPair.objects.create(profile="osrm:1", from_key=1, to_key=2, distance_m=7, duration_s=9)
    GeocodedText.objects.create(service="baidu", text="花园路1号", places=[])
    model = {"travelpair": TravelPair, "geocodedtext": GeocodedText}[name]
    row = model._default_manager.get()
    listed = back_office.get(reverse(f"admin:routing_{name}_changelist"))
    assert (
        str(getattr(row, "profile", None) or getattr(row, "text", None)) in listed.content.decode()
    )
    assert back_office.get(reverse(f"admin:routing_{name}_add")).status_code == 403
    change = reverse(f"admin:routing_{name}_change", args=[row.pk])
    assert back_office.post(change, {"profile": "x", "text": "x"}).status_code == 403
    delete = reverse(f"admin:routing_{name}_delete", args=[row.pk])
    assert back_office.post(delete, {"post": "yes"}).status_code == 302
    assert not model._default_manager.exists()
