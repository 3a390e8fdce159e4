"""The access matrix, reviewed: every route, method and role, and what each is answered.

One row per route and method. Cells stand in the order of ROLES; `own/foreign` where the address names
a thing: first one that the role has to do with, then somebody else's. A method that a route does not
list here must be refused: 405, or 401 to a stranger, or on pages the way to the sign-in. A route that
is not here at all fails the walk: decide who may enter, write its row, have it reviewed.
"""

from dataclasses import dataclass

# ruff: noqa: E501
ROLES = "dispatcher manager operator shuanghui yto new_era shipper auditor zone_viewer device stranger".split()  # noqa: SIM905 - as in the table
TABLE = """
# route                                    thing     dispat. manager operat. shuang. yto     new_era shipper auditor zone_v. device  stranger

# Public: no data of the park.
GET  api/docs/                             -         200     200     200     200     200     200     200     200     200     200     200
GET  api/docs/problems                     -         200     200     200     200     200     200     200     200     200     200     200
GET  api/v1/openapi.json                   -         200     200     200     200     200     200     200     200     200     200     200
GET  health/live                           -         200     200     200     200     200     200     200     200     200     200     200
# 503: no worker beats in a test. It tells ages in seconds and nothing of the park.
GET  health/ready                          -         503     503     503     503     503     503     503     503     503     503     503
# 400: the walk sends no client credentials.
POST oauth/token                           -         400     400     400     400     400     400     400     400     400     400     400
POST oauth/revoke                          -         400     400     400     400     400     400     400     400     400     400     400

# Everybody with a credential.
GET  api/v1/                               -         200     200     200     200     200     200     200     200     200     200     401
GET  api/v1/me                             -         200     200     200     200     200     200     200     200     200     200     401
GET  api/v1/code-lists                     -         200     200     200     200     200     200     200     200     200     200     401
GET  api/v1/code-lists/<slug:name>         -         200     200     200     200     200     200     200     200     200     200     401
GET  api/v1/dossier-key                    -         200     200     200     200     200     200     200     200     200     200     401

# Rows.
GET  api/v1/shipments                      -         200     200     200     200     200     200     200     200     403     403     401
GET  api/v1/shipments/<pid:public_id>      shipment  200/200 200/200 200/404 200/404 200/404 200/404 200/404 200/200 403/403 403/403 401/401
GET  api/v1/shipments/<pid:public_id>/dossier shipment 200/200 200/200 200/404 200/404 200/404 200/404 200/404 200/200 403/403 403/403 401/401
GET  api/v1/loads                          -         200     200     200     200     200     200     200     200     403     403     401
GET  api/v1/loads/<pid:public_id>          load      200/200 200/200 200/404 200/404 200/404 200/404 200/404 200/200 403/403 403/403 401/401
GET  api/v1/trips                          -         200     200     403     200     200     200     403     200     403     403     401
GET  api/v1/trips/<pid:public_id>          trip      200/200 200/200 403/403 200/404 200/404 200/404 403/403 200/200 403/403 403/403 401/401
GET  api/v1/trips/<pid:public_id>/stops    trip      200/200 200/200 403/403 200/404 200/404 200/404 403/403 200/200 403/403 403/403 401/401
GET  api/v1/stops/<pid:public_id>          stop      200/200 200/200 403/403 200/404 200/404 200/404 403/403 200/200 403/403 403/403 401/401
GET  api/v1/events                         -         200     200     403     200     200     200     200     200     403     403     401

# Excursions. 409: acknowledged before its cause is named, its cause before the signature. A machine signs nothing.
GET  api/v1/excursions                     -         200     200     200     200     200     200     403     200     403     403     401
GET  api/v1/excursions/<pid:public_id>     excursion 200/200 200/200 200/404 200/404 200/404 200/404 403/403 200/200 403/403 403/403 401/401
POST api/v1/excursions/<pid:public_id>:acknowledge excursion 200/200 200/200 200/404 200/404 200/404 200/404 403/403 403/403 403/403 403/403 401/401
POST api/v1/excursions/<pid:public_id>:name-cause excursion 409/409 409/409 409/404 409/404 409/404 409/404 403/403 403/403 403/403 403/403 401/401
POST api/v1/excursions/<pid:public_id>:dispose excursion 403/403 403/403 409/404 403/403 403/403 403/403 403/403 403/403 403/403 403/403 401/401

# Tenders: the park and the carrier that was asked. 409: nobody has made a counter-offer.
GET  api/v1/tenders                        -         200     403     403     200     200     200     403     200     403     403     401
GET  api/v1/tenders/<pid:public_id>        tender    200/200 403/403 403/403 200/404 200/404 200/404 403/403 200/200 403/403 403/403 401/401
POST api/v1/tenders/<pid:public_id>:accept tender    403/403 403/403 403/403 200/404 200/404 200/404 403/403 403/403 403/403 403/403 401/401
POST api/v1/tenders/<pid:public_id>:decline tender   403/403 403/403 403/403 200/404 200/404 200/404 403/403 403/403 403/403 403/403 401/401
POST api/v1/tenders/<pid:public_id>:counter tender   403/403 403/403 403/403 200/404 200/404 200/404 403/403 403/403 403/403 403/403 401/401
POST api/v1/tenders/<pid:public_id>:accept-counter tender 409/409 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 401/401
POST api/v1/tenders/<pid:public_id>:decline-counter tender 409/409 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 401/401
POST api/v1/tenders/<pid:public_id>:withdraw tender  200/200 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 401/401

# Plans: the park's own thought. 409: the first plan is in force already; the second one is committed.
POST api/v1/plans                          -         202     403     403     403     403     403     403     403     403     403     401
GET  api/v1/plans/<pid:public_id>          plan      200/200 200/200 403/403 403/403 403/403 403/403 403/403 200/200 403/403 403/403 401/401
GET  api/v1/plans/<pid:public_id>/unassigned plan    200/200 200/200 403/403 403/403 403/403 403/403 403/403 200/200 403/403 403/403 401/401
POST api/v1/plans/<pid:public_id>:commit   plan      409/200 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 401/401

# Devices write and read nothing.
POST api/v1/temperature-readings:batch     -         403     403     403     403     403     403     403     403     403     200     401
# People of the park tell what they see; a logger's file needs a person. 422: the walk sends none.
POST api/v1/space-events:batch             -         403     200     200     403     403     403     403     403     403     200     401
POST api/v1/epcis/capture                  -         403     200     200     403     403     403     403     403     403     200     401
POST api/v1/temperature-readings:import    -         403     422     422     403     403     403     403     403     403     403     401

# Pages: a stranger is led to the sign-in.
GET  /                                     -         302     302     302     302     302     302     302     302     302     302     302
GET  sign-in                               -         302     302     302     302     302     302     302     302     302     302     200
POST sign-in                               -         302     302     302     302     302     302     302     302     302     302     200
POST sign-out                              -         302     302     302     302     302     302     302     302     302     302     302
POST language                              -         302     302     302     302     302     302     302     302     302     302     302
GET  today                                 -         200     200     200     200     200     200     200     200     200     403     302
GET  today/attention                       -         200     200     200     200     200     200     200     200     200     403     302
GET  today/rooms                           -         200     200     200     200     200     200     200     200     200     403     302
GET  trips/<str:public_id>                 trip      200/200 200/200 404/404 200/404 200/404 200/404 404/404 200/200 404/404 403/403 302/302
GET  cold-chain                            -         200     200     200     200     200     200     200     200     200     403     302
GET  cold-chain/board                      -         200     200     200     200     200     200     200     200     200     403     302
GET  cold-chain/sensors                    -         200     200     200     200     200     200     200     200     200     403     302
GET  cold-chain/spaces/<str:public_id>     space     200/200 200/200 200/404 200/404 200/404 200/404 404/404 200/200 404/404 403/403 302/302
GET  cold-chain/spaces/<str:public_id>/now space     200/200 200/200 200/404 200/404 200/404 200/404 404/404 200/200 404/404 403/403 302/302
GET  cold-chain/shipments/<str:public_id>  shipment  200/200 200/200 200/404 200/404 200/404 200/404 200/404 200/200 404/404 403/403 302/302
GET  cold-chain/shipments/<str:public_id>/now shipment 200/200 200/200 200/404 200/404 200/404 200/404 200/404 200/200 404/404 403/403 302/302
GET  cold-chain/excursions/<str:public_id> excursion 200/200 200/200 200/404 200/404 200/404 200/404 404/404 200/200 404/404 403/403 302/302
GET  cold-chain/excursions/<str:public_id>/now excursion 200/200 200/200 200/404 200/404 200/404 200/404 404/404 200/200 404/404 403/403 302/302
POST cold-chain/excursions/<str:public_id>/acknowledge excursion 302/302 302/302 302/404 302/404 302/404 302/404 404/404 302/302 404/404 403/403 302/302
POST cold-chain/excursions/<str:public_id>/cause excursion 302/302 302/302 302/404 302/404 302/404 302/404 404/404 302/302 404/404 403/403 302/302
POST cold-chain/excursions/<str:public_id>/dispose excursion 302/302 302/302 302/404 302/404 302/404 302/404 404/404 302/302 404/404 403/403 302/302
POST plans                                 -         302     403     403     403     403     403     403     403     403     403     302
GET  plans/<str:public_id>/progress        plan      200/200 200/200 404/404 404/404 404/404 404/404 404/404 200/200 404/404 403/403 302/302
POST plans/<str:public_id>/stop            plan      302/302 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 302/302
POST plans/<str:public_id>/commit          plan      302/302 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 403/403 302/302

# The admin: nobody of the cast is staff there; test_admin walks its inside.
GET  admin/                                -         302     302     302     302     302     302     302     302     302     302     302
"""


@dataclass(frozen=True)
class Row:
    """What one method of one route answers each role: for an own thing, and for somebody else's."""

    method: str
    route: str
    thing: str
    own: dict[str, int]
    foreign: dict[str, int]

    @property
    def name(self) -> str:
        """The row's place in the table."""
        return f"{self.method} {self.route}"


def rows() -> list[Row]:
    """Return the table's rows."""
    lines = [line.split() for line in TABLE.splitlines() if line and not line.startswith("#")]
    return [_row(*words) for words in lines]


def _row(method: str, route: str, thing: str, *cells: str) -> Row:
    assert len(cells) == len(ROLES), f"{method} {route} has {len(cells)} cells"
    both = [cell.split("/") for cell in cells]
    return Row(
        method=method,
        route=route.removeprefix("/") if route == "/" else route,
        thing="" if thing == "-" else thing,
        own={role: int(pair[0]) for role, pair in zip(ROLES, both, strict=True)},
        foreign={role: int(pair[-1]) for role, pair in zip(ROLES, both, strict=True)},
    )
