"""Importing loads: row by row, the good ones in, the bad ones named, safe to run twice."""

import csv
import io
import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from logistics.fixture_files import read_document
from logistics.models import Event, Shipment, Site
from logistics.scoping import SYSTEM
from logistics.seeding import seed_contracts, seed_parties, seed_products, seed_sites
from routing.importing import ImportAnswer, import_loads
from routing.load_intake import Outcome
from routing.load_sheets.columns import COLUMNS, field_of
from routing.models import GeocodedText, Load, LoadStatus
from tests.routing.roads.osrm_double import served_by
from tests.routing.test_load_sheets import GOOD, csv_of
from warehouses.seeding import seed_park

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def park() -> None:
    """The parties, places, goods and rooms of the fixtures, without a fleet or loads."""
    seed_parties(parties=read_document("parties.json"))
    seed_sites(sites=read_document("sites.json"))
    seed_products(products=read_document("products.json"))
    seed_contracts(contracts=read_document("contracts.json"))
    seed_park(park=read_document("park.json"))


def take(*rows: dict[str, Any], is_dry_run: bool = False) -> ImportAnswer:
    data = csv_of(*rows).encode()
    return import_loads(data=data, by=SYSTEM, at=NOW, is_dry_run=is_dry_run)


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    return GOOD | {"reference": f"SO-{number}"} | changes


def codes(answer: ImportAnswer) -> list[list[str]]:
    return [[problem.code for problem in row.problems] for row in answer.rows]


def test_a_good_row_becomes_a_ready_load_with_its_waybill() -> None:
    answer = take(row(shipper="卫龙食品", category="休闲食品", origin="万邦四号常温库"))
    assert [r.outcome for r in answer.rows] == [Outcome.CREATED]
    load = Load.objects.get()
    assert (load.status, load.shipper.code, load.origin.code) == (
        LoadStatus.READY,
        "weilong",
        "wanbang-w4",
    )
    assert (load.weight_kg, load.volume_l, load.n_pallets) == (1200, 7500, 4)
    assert load.planning_date.isoformat() == "2026-11-24"
    shipment = Shipment.objects.get(in_load__load=load)
    assert shipment.weight_kg == 1200
    assert shipment.parties.filter(organization=load.shipper).exists()
    assert Event.objects.filter(name="load.registered", subject_id=load.public_id).exists()


def test_good_rows_go_in_although_others_are_bad() -> None:
    answer = take(row(1), row(2, weight_kg="-5"), row(3, temperature_class="lukewarm"), row(4))
    assert [r.outcome for r in answer.rows] == [
        Outcome.CREATED,
        Outcome.REFUSED,
        Outcome.REFUSED,
        Outcome.CREATED,
    ]
    assert codes(answer)[1:3] == [["not_positive"], ["unknown_temperature_class"]]
    assert [r.number for r in answer.rows] == [2, 3, 4, 5]
    assert set(Load.objects.values_list("reference", flat=True)) == {"SO-1", "SO-4"}


def test_bad_figures_and_unknown_names_of_a_row_are_told_at_once() -> None:
    names = {"shipper": "nobody", "origin": "nowhere", "category": "nothing"}
    more = {"destination": "哪儿也不是", "consignee": "no one", "carrier": "walker"}
    none = {"consignee": "", "carrier": ""}
    bad = row(1, weight_kg="-5", **none) | names | more
    answer = take(row(1, **none), bad, row(1, n_pallets="0", **none))
    assert [problem.field for problem in answer.rows[1].problems] == [
        "weight_kg", *names,
        "consignee", "carrier", "destination"
    ]  # fmt: skip
    assert codes(answer)[2] == ["not_in_range", "duplicate_reference"]


def test_a_row_with_faults_leaves_its_reference_to_a_later_good_one() -> None:
    answer = take(row(1, weight_kg="-5"), row(1))
    assert codes(answer) == [["not_positive"], []]


def test_the_same_file_again_changes_nothing() -> None:
    take(row(1), row(2))
    versions = set(Load.objects.values_list("pk", "version"))
    counts = [table.objects.count() for table in (Shipment, Site, Event)]
    answer = take(row(1), row(2))
    assert [r.outcome for r in answer.rows] == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert set(Load.objects.values_list("pk", "version")) == versions
    assert [table.objects.count() for table in (Shipment, Site, Event)] == counts


def test_a_changed_row_corrects_a_load_that_nobody_has_planned() -> None:
    take(row(1))
    answer = take(row(1, weight_kg="900", delivery_to="2026-11-24 20:00"))
    assert [r.outcome for r in answer.rows] == [Outcome.UPDATED]
    load = Load.objects.get()
    assert (load.weight_kg, load.version) == (900, 2)
    shipment = Shipment.objects.get()
    assert (shipment.weight_kg, shipment.requested_to_at) == (900, load.delivery_to_at)
    event = Event.objects.get(name="load.corrected")
    assert event.payload["fields"] == ["weight_kg", "delivery_to_at"]


@pytest.mark.parametrize(
    "status", [LoadStatus.PLANNED, LoadStatus.IN_TRANSIT, LoadStatus.CANCELLED]
)
def test_a_changed_row_is_refused_once_the_load_is_planned(status: LoadStatus) -> None:
    take(row(1))
    Load.objects.update(status=status)
    answer = take(row(1, weight_kg="900"))
    assert codes(answer) == [["already_planned"]]
    assert Load.objects.get().weight_kg == 1200


def test_a_reference_that_stands_twice_is_taken_once_and_the_second_is_named() -> None:
    answer = take(row(1), row(1, weight_kg="7"), row(1, shipper="cargill", category="syrup"))
    assert codes(answer) == [[], ["duplicate_reference"], []]
    assert "row 2" in answer.rows[1].problems[0].message_en
    assert Load.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"shipper": "nobody"}, "shipper", "unknown_organization"),
        ({"origin": "dc-410100"}, "origin", "unknown_warehouse"),
        ({"category": "gold"}, "category", "unknown_goods_category"),
        ({"carrier": "weilong"}, "carrier", "unknown_carrier"),
        ({"consignee": "nobody"}, "consignee", "unknown_organization"),
        ({"destination": "wanbang-w4"}, "destination", "same_place"),
        ({"destination": "Atlantis"}, "destination", "place_not_found"),
        ({"destination": "郑州市金水区花园路1号"}, "destination", "place_not_sure"),
    ],
)
def test_a_word_that_means_nothing_is_named(changes: dict[str, Any], field: str, code: str) -> None:
    answer = take(row(1, **changes))
    assert [(p.row, p.field, p.code) for r in answer.rows for p in r.problems] == [(2, field, code)]
    assert Load.objects.count() == 0


def test_an_unsure_address_is_asked_about_with_its_candidates() -> None:
    problem = take(row(1, destination="郑州市金水区花园路1号")).rows[0].problems[0]
    assert "34.7578, 113.6486" in problem.message_zh
    assert problem.message_en.startswith("which place is")


def test_a_city_without_coordinates_is_found_offline_and_says_from_where() -> None:
    answer = take(row(1, destination="河南省郑州市"))
    site = Load.objects.get().destination
    assert (site.geocode_source, site.geocode_confidence) == ("gazetteer", 0.75)
    assert (site.latitude, site.adcode, site.city_zh) == (34.75778, "410100", "郑州")
    assert answer.rows[0].note == "gazetteer, 0.75"


def test_a_site_of_ours_is_used_as_it_is() -> None:
    n_sites = Site.objects.count()
    take(row(1, destination="dc-410100"), row(2, destination="双创大厦"))
    assert Site.objects.count() == n_sites
    found = set(Load.objects.values_list("destination__code", flat=True))
    assert found == {"dc-410100", "shuangchuang-tower"}


def test_given_coordinates_make_a_place_of_their_own() -> None:
    given = row(1, destination="某工地东门") | {"latitude": "34.70", "longitude": "113.60"}
    take(given, given | {"reference": "SO-2"})
    site = Site.objects.get(name_zh="某工地东门")
    assert (site.geocode_source, site.geocode_confidence) == ("given", 1.0)
    assert site.adcode == "410100"
    assert Load.objects.filter(destination=site).count() == 2


def test_a_dry_run_answers_the_same_and_writes_nothing() -> None:
    tables = (Load, Shipment, Site, Event)
    before = [table.objects.count() for table in tables]
    rows = (row(1), row(2, weight_kg="x"), row(3, destination="北京"))
    dry = take(*rows, is_dry_run=True)
    assert [table.objects.count() for table in tables] == before
    assert [r.outcome for r in dry.rows] == [r.outcome for r in take(*rows).rows]


def test_a_waybills_reference_cannot_be_taken_by_another_load() -> None:
    take(row(1))
    Shipment.objects.update(reference="SO-2")
    answer = take(row(2), row(3))
    assert codes(answer) == [["reference_of_a_waybill"], []]


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("import_loads", *arguments, stdout=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_answers_row_by_row_and_writes_the_rejected_rows(tmp_path: Path) -> None:
    source, rejected = tmp_path / "loads.csv", tmp_path / "rejected.csv"
    source.write_text(csv_of(row(1), row(2, weight_kg="NaN")), encoding="utf-8-sig")
    code, answer = run(str(source), "--rejected", str(rejected))
    assert code == 1
    assert "row 2 SO-1" in answer
    assert "weight_kg [not_a_number]" in answer
    rows = list(csv.reader(io.StringIO(rejected.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 2
    assert "weight_kg" in rows[1][-1]
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(
        rejected.read_text(encoding="utf-8-sig").replace("NaN", "20"), encoding="utf-8"
    )
    assert run(str(corrected))[0] == 0
    assert Load.objects.count() == 2


def test_the_command_takes_xlsx_with_chinese_headers_and_its_own_template(tmp_path: Path) -> None:
    filled, blank = tmp_path / "loads.xlsx", tmp_path / "template.xlsx"
    assert run("--template", str(blank))[0] == 0
    book = Workbook()
    assert book.active is not None
    book.active.append(
        ["参考号", "货主", "始发仓库", "目的地", "温度等级", "货品类别", "重量(kg)", "体积(m³)", "托盘数",
         "提货开始", "提货截止", "送达开始", "送达截止", "备注"]
    )  # fmt: skip
    book.active.append([*GOOD.values(), "any remark"])
    book.save(filled)
    code, answer = run(str(filled))
    assert code == 0
    assert "ignored: 备注" in answer
    assert Load.objects.count() == 1
    with pytest.raises(CommandError, match="empty"):
        run(str(blank))


def test_a_template_is_what_its_name_says_or_refused(tmp_path: Path) -> None:
    plain, odd = tmp_path / "template.CSV", tmp_path / "template.ods"
    assert run("--template", str(plain))[0] == 0
    assert plain.read_bytes().startswith(b"\xef\xbb\xbf")
    header = next(csv.reader(io.StringIO(plain.read_text(encoding="utf-8-sig"))))
    assert [field_of(name) for name in header] == [column.field for column in COLUMNS]
    with pytest.raises(CommandError, match=r"\.xlsx or a \.csv") as caught:
        run("--template", str(odd))
    assert caught.value.returncode == 2
    assert not odd.exists()


def test_a_fifty_megabyte_file_is_refused_by_its_size(tmp_path: Path) -> None:
    big = tmp_path / "big.xlsx"
    with big.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(CommandError, match=r"50\.0 MiB, at most 10\.0 MiB") as caught:
        run(str(big))
    assert caught.value.returncode == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        run(str(tmp_path / "nowhere.csv"))


def test_a_site_of_ours_named_by_its_code_keeps_its_own_point() -> None:
    take(row(1, destination="dc-410100") | {"latitude": "30.0", "longitude": "110.0"})
    site = Load.objects.get().destination
    assert (site.code, site.latitude) == ("dc-410100", 34.75778)


def test_an_online_geocoder_is_asked_before_anything_is_written_and_its_answer_outlives_a_dry_run(
    settings: Any,
) -> None:
    class Nominatim(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            place = {"lat": "34.78", "lon": "113.69", "display_name": "花园路", "importance": 0.6}
            body = json.dumps([place]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    asked: list[str] = []
    rows = [row(n, destination="郑州市金水区花园路1号") for n in (1, 2)]
    with served_by(Nominatim) as url:
        settings.GEOCODER, settings.NOMINATIM_URL, settings.GEOCODER_PAUSE_S = "nominatim", url, 0
        answer = take(*rows, is_dry_run=True)
        assert [r.note for r in answer.rows] == ["nominatim, 0.8"] * 2
        assert not Load.objects.exists()
        assert GeocodedText.objects.count() == 1
        take(*rows)
    assert len(asked) == 1
    assert Load.objects.count() == 2
    assert Load.objects.first().destination.latitude == 34.78  # type: ignore[union-attr]
