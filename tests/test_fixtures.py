"""The fixtures: everything the brief names stands in its role, codes join, and the day is hard but possible."""

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from stdnum.cn import uscc

from logistics.fixture_files import read_document, read_rows
from logistics.temperature import CODES
from routing.models.fleet import PLATE_SHAPE
from routing.synthetic.catalog import Catalog, catalog_of
from routing.synthetic.day import Day, generate_day
from routing.synthetic.documents import fleet_document, sensors_document
from tests.routing.day_problem import problem_of
from tests.routing.first_fit import alone, first_fit

DAY_FILE = "day-2026-11-24.json"

# What the park's brief names, with the role that its domain facts give it.
SHIPPERS = [
    "双汇集团",
    "圆通速递",
    "卫龙食品",
    "平平公司",
    "可口可乐",
    "旺旺",
    "统一",
    "嘉吉",
    "利通",
    "协鑫",
    "泓一食品",
    "盐津铺子",
    "宏途",
    "吉美",
    "恒瑞淀粉",
    "王牌纱布",
    "国泰达",
    "科迈达",
    "同方威视",
    "倍佳科技",
    "挖机无忧",
]
CARRIERS = [
    "双汇物流",
    "圆通速递",
    "圆通物流",
    "新时代运输",
    "大象",
    "恩远",
    "远恒",
    "顺安",
    "润腾",
    "翔通",
    "顺丰",
]
CONSIGNEES = [
    "双汇集团",
    "日本清",
    "区实验中学",
    "实验小学",
    "实验高中",
    "辛庄小学",
    "金山路小学",
    "产业集聚区小学",
    "实验幼儿园",
    "北京大学创业训练营",
]
PARTNERS = [
    "SAP",
    "挖机无忧",
    "日本清",
    "同方威视",
    "一窗受理",
    "工业互联网平台",
    "顺丰",
    "菜鸟",
    "快递100",
]
ADMINISTRATION = ["管委会", "招商局", "一窗受理"]
SITES = [
    "现代物流产业园",
    "万邦国际冷链物流园",
    "圆通速递豫南区总部一期",
    "卫龙智能食品产业园",
    "盐津铺子烘焙产业园",
    "宏途山药食品产业园",
    "吉美健康果糖产业园",
    "福照产业园",
    "轻工食品工业园",
    "食品和包装机械",
    "液压科技",
    "国家漯河经济技术开发区",
    "管委会",
    "招商局",
    "驻沪办事处",
    "驻闽办事处",
    "驻粤办事处",
    "北京大学创业训练营",
    "双创大厦",
    "人才大厦",
    "工人文化宫",
    "党建主题公园",
    "中山公园",
    "东方红党建文化街",
    "初心讲堂",
    "开发区党校",
    "区实验中学（三中东校区）",
    "实验小学",
    "实验高中",
    "辛庄小学",
    "金山路小学",
    "产业集聚区小学",
    "实验幼儿园",
    "黄岗",
    "郭庄",
    "方庄",
    "利通智能工厂",
    "新郑国际机场",
]


def organizations() -> list[dict[str, Any]]:
    return read_document("parties.json")["organizations"]  # type: ignore[no-any-return]


def sites() -> list[dict[str, Any]]:
    return read_document("sites.json")["sites"]  # type: ignore[no-any-return]


def loads() -> list[dict[str, Any]]:
    return read_document(DAY_FILE)["loads"]  # type: ignore[no-any-return]


def the_catalog() -> Catalog:
    names = ("sites", "park", "products", "blueprints")
    return catalog_of({name: read_document(f"{name}.json") for name in names})


def the_day() -> Day:
    document = read_document(DAY_FILE)
    return generate_day(
        day=date.fromisoformat(document["date"]),
        n_loads=len(document["loads"]),
        n_vehicles=document["n_vehicles"],
        seed=document["seed"],
        catalog=the_catalog(),
    )


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("shipper", SHIPPERS),
        ("carrier", CARRIERS),
        ("consignee", CONSIGNEES),
        ("partner", PARTNERS),
        ("administration", ADMINISTRATION),
        ("park_operator", ["万邦"]),
    ],
)
def test_every_company_that_the_brief_names_plays_its_role(role: str, names: list[str]) -> None:
    playing = [row["name_zh"] for row in organizations() if role in row["roles"]]
    assert [name for name in names if not any(name in other for other in playing)] == []


def test_every_place_that_the_brief_names_is_a_site() -> None:
    known = [row["name_zh"] for row in sites()]
    assert [name for name in SITES if not any(name in other for other in known)] == []


def test_fifteen_villages_and_seven_schools_stand_in_the_zone() -> None:
    kinds = Counter(row["kind"] for row in sites())
    assert kinds["village"] == 15
    assert kinds["school"] == 7


def test_every_city_of_the_gazetteer_takes_goods_at_its_published_point() -> None:
    at = {row["adcode"]: row for row in sites() if row["kind"] == "dc"}
    for city in read_rows("gazetteer.csv"):
        if city["kind"] == "city" and city["adcode"] != "411100":
            row = next(s for s in sites() if s["code"] == f"dc-{city['adcode']}")
            assert (row["latitude"], row["longitude"]) == pytest.approx(
                (float(city["latitude"]), float(city["longitude"]))
            )
    assert len(at) >= 40


def test_credit_codes_are_well_formed_and_no_real_firms() -> None:
    codes = [row["uscc"] for row in organizations() if row["uscc"]]
    assert len(set(codes)) == len(codes) >= 30
    for code in codes:
        assert uscc.is_valid(code)
        assert code.startswith("91411199MADEM")


def test_every_invented_value_is_marked() -> None:
    assert all(row["is_synthetic"] for row in organizations())
    assert all(
        row["is_synthetic"] for row in sites() if row["coordinate_source"] in {"synthetic", "given"}
    )
    for name in (
        "park",
        "fleet",
        "sensors",
        "products",
        "blueprints",
        DAY_FILE.removesuffix(".json"),
    ):
        assert read_document(f"{name}.json")["is_synthetic"]
    assert all(row["is_synthetic"] for row in read_document("contracts.json")["contracts"])


def test_the_park_has_its_warehouses_rooms_and_docks() -> None:
    park = read_document("park.json")
    wanbang = {row["code"] for row in park["warehouses"] if row["operator"] == "wanbang"}
    rooms = [row for row in park["rooms"] if row["warehouse"] in wanbang]
    docks = [row for row in park["docks"] if row["warehouse"] in wanbang]
    assert len(wanbang) >= 4
    assert len(rooms) >= 20
    assert len(docks) == 24
    classes = {"frozen", "chilled_meat", "chilled", "ambient"}
    assert {row["temperature_class"] for row in rooms} == classes
    assert {row["temperature_class"] for row in docks} == classes
    assert any(row["warehouse"] == "yto-hub" for row in park["docks"])


def test_the_fleet_has_three_carriers_luohe_plates_and_both_kinds_of_bodies() -> None:
    fleet = read_document("fleet.json")
    vehicles = fleet["vehicles"]
    assert len(vehicles) >= 80
    assert {row["carrier"] for row in vehicles} == {"shuanghui-logistics", "yto", "new-era"}
    assert {len(row["compartments"]) for row in vehicles} == {1, 2}
    assert any(row["may_end_away"] for row in vehicles)
    for row in vehicles + fleet["trailers"]:
        assert row["plate"].startswith("豫L")
        assert re.match(PLATE_SHAPE, row["plate"])
    assert all(re.fullmatch(r"(SH|YT|NE)-D-\d{3}", row["reference"]) for row in fleet["drivers"])


def test_every_room_and_every_refrigerated_compartment_has_a_sensor() -> None:
    sensors = read_document("sensors.json")["sensors"]
    watched = {row["space"] for row in sensors}
    assert len(sensors) >= 80
    assert {row["code"] for row in read_document("park.json")["rooms"]} <= watched
    cold = {
        bay["space"]
        for row in read_document("fleet.json")["vehicles"]
        for bay in row["compartments"]
        if "ambient" not in bay["temperature_classes"]
    }
    assert cold <= watched


def test_codes_of_the_files_join() -> None:
    codes = {row["code"] for row in organizations()}
    places = {row["code"] for row in sites()}
    products = read_document("products.json")
    categories = {row["code"] for row in products["categories"]}
    assert {row["parent"] for row in organizations()} <= codes | {None}
    assert {row["organization"] for row in sites()} <= codes | {None}
    assert {row["owner"] for row in products["products"]} <= codes
    assert {row["category"] for row in products["products"]} <= categories
    goods = {(row["owner"], row["code"]) for row in products["products"]}
    for load in loads():
        assert {load["shipper"], load["consignee"]} <= codes
        assert {load["origin"], load["destination"]} <= places
        assert load["category"] in categories
        assert load["temperature_class"] in CODES
        lines = [line for shipment in load["shipments"] for line in shipment["lines"]]
        assert {(line["owner"], line["product"]) for line in lines} <= goods


def test_every_load_has_a_carrier_with_a_contract_for_its_shipper() -> None:
    contracts = read_document("contracts.json")["contracts"]
    served = {(row["shipper"], row["carrier"]) for row in contracts}
    for load in loads():
        carriers = {carrier for shipper, carrier in served if shipper == load["shipper"]}
        assert carriers
        assert load["locked_carrier"] is None or load["locked_carrier"] in carriers


def test_the_committed_files_are_what_the_generator_makes() -> None:
    day = the_day()
    assert json.loads(json.dumps(day.document())) == read_document(DAY_FILE)
    assert fleet_document(day.vehicles, read_document("blueprints.json")) == read_document(
        "fleet.json"
    )
    assert sensors_document(day.vehicles, read_document("park.json")) == read_document(
        "sensors.json"
    )


def test_the_day_has_three_hundred_loads_to_forty_cities_and_to_local_places() -> None:
    by_code = {row["code"]: row for row in sites()}
    day = loads()
    reached = {by_code[load["destination"]]["adcode"] for load in day}
    kinds = Counter(by_code[load["destination"]]["kind"] for load in day)
    assert len(day) >= 300
    assert len({adcode for adcode in reached if not adcode.startswith("4111")}) >= 40
    assert {"school", "shop", "dc"} <= set(kinds)
    assert {load["origin"] for load in day} >= {f"wanbang-w{i}" for i in range(1, 6)} | {"yto-hub"}


def test_school_canteens_take_goods_early_and_strictly() -> None:
    windows = [
        (datetime.fromisoformat(load["delivery_from"]), datetime.fromisoformat(load["delivery_to"]))
        for load in loads()
        if load["destination"].startswith(("school-", "kindergarten-"))
    ]
    assert len(windows) >= 5
    for from_at, to_at in windows:
        assert to_at - from_at <= timedelta(hours=2)
        assert to_at.hour <= 10


def test_demand_is_70_to_85_percent_of_the_fleets_pallets_in_each_class() -> None:
    places: Counter[str] = Counter()
    for vehicle in read_document("fleet.json")["vehicles"]:
        for bay in vehicle["compartments"]:
            places[bay["temperature_classes"][0]] += bay["max_pallets"]
    asked: Counter[str] = Counter()
    for load in loads():
        asked[load["temperature_class"]] += load["n_pallets"]
    shares = {name: asked[name] / n for name, n in places.items()}
    assert {name: share for name, share in shares.items() if not 0.70 <= share <= 0.85} == {}


def test_at_least_thirty_percent_of_the_windows_are_two_hours_or_less() -> None:
    day = loads()
    short = [
        load
        for load in day
        if datetime.fromisoformat(load["delivery_to"])
        - datetime.fromisoformat(load["delivery_from"])
        <= timedelta(hours=2)
    ]
    assert len(short) / len(day) >= 0.30


def test_first_fit_leaves_at_least_ten_percent_of_the_day() -> None:
    problem = problem_of(the_day(), the_catalog())
    carried = sum(len(route) for route in first_fit(problem).values())
    assert 1 - carried / problem.n_loads >= 0.10


def test_a_handful_of_loads_fits_no_vehicle_so_that_reasons_show() -> None:
    able = alone(problem_of(the_day(), the_catalog()))
    assert 3 <= able.count(False) <= 6
