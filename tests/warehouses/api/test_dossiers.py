"""A shipment's dossier over REST: who gets it, and that the key beside it proves it."""

from django.conf import settings

from logistics.models import Shipment
from logistics.scoping import SYSTEM
from tests.cast import Cast
from tests.rest_client import Rest
from tests.warehouses.conftest import ColdStore
from tests.warehouses.dossier.conftest import make_journey
from warehouses.dossier import signing
from warehouses.dossier.verifying import verify


def test_the_dossier_is_proven_by_the_key_that_the_park_publishes(
    cast: Cast, cold: ColdStore
) -> None:
    shipment = make_journey(cold).shipment
    rest = Rest(cast.dispatcher)
    answer = rest.get(f"/api/v1/shipments/{shipment.public_id}/dossier")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="dossier-{shipment.waybill}.zip"'
    pem = rest.get("/api/v1/dossier-key").content
    proof = verify(answer.content, signing.public_key(pem))
    assert (proof.difference, proof.outcome) == (None, "compliant")


def test_a_foreign_shipment_has_no_dossier(cast: Cast, cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    assert not Shipment.objects.visible_to(cast.yto.principal).exists()
    assert Shipment.objects.visible_to(SYSTEM).exists()
    path = f"/api/v1/shipments/{shipment.public_id}/dossier"
    assert Rest(cast.yto).get(path).status_code == 404
    assert Rest(cast.device).get(path).status_code == 403


def test_the_key_is_made_once_and_read_by_nobody_else(cast: Cast) -> None:
    first = Rest(cast.yto).get("/api/v1/dossier-key").content
    assert first == Rest(cast.shipper).get("/api/v1/dossier-key").content
    assert (settings.VAR_DIR / "dossier_key.pem").stat().st_mode & 0o077 == 0
