"""The dossier of a shipment over REST: one signed zip, and the public key that proves it."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from logistics.models import Shipment
from logistics.rest.arrivals import arrived_at
from logistics.rest.permissions import EVERY_ROLE, STAFF, Access
from logistics.rest.views import OneRow, RestView
from logistics.scoping import Role
from warehouses.dossier import building, keys, signing

MAY_READ = {
    "GET": Access(STAFF | {Role.WAREHOUSE_OPERATOR, Role.CARRIER, Role.SHIPPER}, "shipments:read"),
}
ZIP, PEM = "application/zip", "application/x-pem-file"


class ShipmentDossier(OneRow):
    """A shipment's custody, readings, excursions and verdict in one signed zip; `manage.py verify_dossier` proves it.

    Names that you may not know are withheld; the readings and the verdict are the same for everybody.
    """

    access = MAY_READ
    table = Shipment
    operations = {"GET": "get_shipment_dossier"}
    answers = {
        "GET": {(200, ZIP): OpenApiResponse(OpenApiTypes.BINARY, description="The zip.")},  # type: ignore[dict-item]
    }

    def get(self, request: Request, public_id: str) -> HttpResponse:
        shipment = self.row(public_id)
        file = building.build(
            shipment=shipment,
            at=arrived_at(request),
            reader=self.principal,
            key=keys.signing_key(),
        )
        response = HttpResponse(file.content, content_type=ZIP)
        response["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return response


class DossierKey(RestView):
    """The public half of the Ed25519 key that signs dossiers, in PEM."""

    access = {"GET": Access(EVERY_ROLE)}
    operations = {"GET": "get_dossier_key"}
    answers = {
        "GET": {(200, PEM): OpenApiResponse(OpenApiTypes.STR, description="The key.")},  # type: ignore[dict-item]
    }

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(signing.public_pem(keys.signing_key()), content_type=PEM)
