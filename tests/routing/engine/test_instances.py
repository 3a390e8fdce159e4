"""Parsers of the public families: good text is read, wrong text is refused with its place."""

import pytest

from routing.engine.instances.costs import known_cost, states_the_same
from routing.engine.instances.instance import InstanceError
from routing.engine.instances.li_lim import parse_li_lim
from routing.engine.instances.solomon import parse_solomon
from routing.engine.instances.solution_file import parse_solution
from routing.engine.instances.vrplib import parse_vrplib


def vrplib(family, *sections, header=(), n=4, capacity="CAPACITY : 10"):
    coordinates = [(0, 0), (3, 4), (0, 10), (1, 1)][:n]
    head = [f"TYPE : {family}", "NAME : tiny", f"DIMENSION : {n}", "EDGE_WEIGHT_TYPE : EUC_2D"]
    rows = [f"{i} {x} {y}" for i, (x, y) in enumerate(coordinates, 1)]
    demand = [f"{i} {2 * (i - 1)}" for i in range(1, n + 1)]
    body = ["NODE_COORD_SECTION", *rows, "DEMAND_SECTION", *demand, *sections]
    return "\n".join([*head, capacity, *header, *body, "DEPOT_SECTION", "1", "-1", "EOF", "rest"])


def section(name, *values):
    rows = " ".join(str(v) for v in values)
    return [name, *(f"{i} {value}" for i, value in enumerate(rows.split(), 1))]


WINDOWS = ["TIME_WINDOW_SECTION", "1 0 99", "2 5 9", "3 0 9", "4 0 9"]


def test_it_reads_a_cvrp_file():
    instance = parse_vrplib(vrplib("CVRP"))
    assert (instance.name, instance.family) == ("tiny", "CVRP")
    assert (instance.n_depots, instance.n_customers) == (1, 3)
    assert instance.coordinates[1] == (3.0, 4.0)
    assert instance.demand == (0, 2, 4, 6)
    assert instance.fleet.capacity == (10,)
    assert instance.fleet.n_vehicles is None
    assert (instance.window, instance.prize) == ((), ())


def test_it_reads_windows_services_prizes_and_releases():
    more = [
        *WINDOWS,
        *section("PRIZE_SECTION", 0, 7, 8, 9),
        *section("RELEASE_TIME_SECTION", 0, 1, 2, 3),
    ]
    instance = parse_vrplib(vrplib("PCVRPTW", *more, header=["VEHICLES : 2", "SERVICE_TIME : 5"]))
    assert instance.window[1] == (5, 9)
    assert instance.service == (0, 5, 5, 5)
    assert instance.prize == (0, 7, 8, 9)
    assert instance.release == (0, 1, 2, 3)
    assert instance.fleet.capacity == (10, 10)


def test_it_reads_a_fleet_vehicle_by_vehicle():
    fleet = [
        *section("CAPACITY_SECTION", 10, 20),
        *section("VEHICLES_FIXED_COST_SECTION", 100, 200),
        *section("VEHICLES_UNIT_DISTANCE_COST_SECTION", 50, 70),
        *section("VEHICLES_DEPOT_SECTION", 1, 1),
    ]
    text = vrplib("HFVRP", *fleet, header=["VEHICLES : 2"], capacity="COMMENT : none")
    found = parse_vrplib(text.replace("DIMENSION : 4", "DIMENSION : 3")).fleet
    assert (found.capacity, found.fixed_cost, found.unit_cost) == ((10, 20), (100, 200), (50, 70))
    assert found.start_depot == (0, 0)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda t: t.replace("TYPE : CVRP", "TYPE : TSP"), "TYPE: 'TSP' is none of"),
        (lambda t: t.replace("EUC_2D", "GEO"), "EDGE_WEIGHT_TYPE: 'GEO'"),
        (lambda t: t.replace("DIMENSION : 4", "DIMENSION : 5"), "4 places, DIMENSION says 5"),
        (lambda t: t.replace("DIMENSION : 4", "DIMENSION : x"), "DIMENSION: 'x' is no number"),
        (lambda t: t.replace("2 3 4\n", "2 3 four\n"), "line 8: could not convert"),
        (
            lambda t: t.replace("DEMAND_SECTION\n1 0\n", "DEMAND_SECTION\n"),
            "DEMAND_SECTION: rows 1 to 4",
        ),
        (lambda t: t.replace("CAPACITY : 10\n", ""), "neither CAPACITY nor"),
        (lambda t: t.replace("NAME : tiny", "NAME tiny"), "line 2: neither a field"),
        (lambda t: t.replace("SECTION\n1\n-1", "SECTION\n2\n-1"), "DEPOT_SECTION"),
        (lambda t: "", "TYPE: '' is none of"),
    ],
)
def test_it_says_where_a_vrplib_file_is_wrong(edit, sentence):
    with pytest.raises(InstanceError, match=sentence):
        parse_vrplib(edit(vrplib("CVRP")))


def test_it_refuses_a_window_that_ends_before_it_starts():
    with pytest.raises(InstanceError, match="TIME_WINDOW_SECTION: row 2 is no window"):
        parse_vrplib(vrplib("VRPTW", *WINDOWS).replace("2 5 9", "2 9 5"))


SOLOMON = """R000

VEHICLE
NUMBER     CAPACITY
  3         200

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      35         35          0          0       230          0
    1      41         49         10        161       171         10
    2      35         17          7         50        60         10
"""


def test_it_reads_a_solomon_file():
    instance = parse_solomon(SOLOMON)
    assert (instance.name, instance.family, instance.n_customers) == ("R000", "VRPTW", 2)
    assert instance.window[1] == (161, 171)
    assert instance.service == (0, 10, 10)
    assert instance.fleet.capacity == (200, 200, 200)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda t: t.replace("  3         200", ""), "one line with number and capacity"),
        (lambda t: t.replace("    2      35", "    7      35"), "customers 0 to 2 in turn"),
        (lambda t: t.replace("7         50", "7"), "customers 0 to 1 in turn"),
        (lambda t: t.replace("7         50", "7   fifty"), "mixes figures and words"),
    ],
)
def test_it_says_what_is_wrong_with_a_solomon_file(edit, sentence):
    with pytest.raises(InstanceError, match=sentence):
        parse_solomon(edit(SOLOMON))


LI_LIM = "2 200 1\n0 70 70 0 0 99 0 0 0\n1 33 78 20 75 80 9 0 2\n2 59 52 -20 0 99 9 1 0\n"


def test_it_reads_a_li_lim_file():
    instance = parse_li_lim(LI_LIM)
    assert instance.pair == (0, 2, 1)
    assert instance.demand == (0, 20, -20)
    assert instance.fleet.n_vehicles == 2


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            lambda t: t.replace("9 1 0", "9 0 0"),
            "row 1: its pair",
        ),
        (lambda t: t.replace("-20", "-19"), "row 1: its pair 2"),
        (lambda t: t.replace("2 59", "5 59"), "rows 0 to 2 in turn"),
        (lambda t: t.replace("59", "x"), "a table of figures"),
        (lambda t: "", "a table of figures"),
    ],
)
def test_it_says_what_is_wrong_with_a_li_lim_file(edit, sentence):
    with pytest.raises(InstanceError, match=sentence):
        parse_li_lim(edit(LI_LIM))


def cost_of(family, routes, stated, *sections, **more):
    known = parse_solution("\n".join([*routes, f"Cost: {stated}"]))
    instance = parse_vrplib(vrplib(family, *sections, **more))
    cost = known_cost(instance, known)
    return cost, states_the_same(known, cost)


BOTH = ["Route #1: 1 3", "Route #2: 2"]
FLEET = [
    *section("VEHICLES_FIXED_COST_SECTION", 100, 200),
    *section("VEHICLES_UNIT_DISTANCE_COST_SECTION", 50, 70),
]
EXACT = (5 + 13**0.5 + 2**0.5) * 50 + 20 * 70 + 300


@pytest.mark.parametrize(
    ("family", "routes", "stated", "sections", "header"),
    [
        ("CVRP", BOTH, "30", [], []),
        ("VRPTW", BOTH, "30.0", WINDOWS, []),
        ("MDVRPTW", BOTH, "30020", WINDOWS, []),
        ("MTVRPTWR", ["Route #1: 1 0 3 2"], "304", section("VEHICLES_RELOAD_DEPOT_SECTION", 1), ["VEHICLES : 1"]),
        ("PCVRPTW", ["Route #1: 2"], "360", section("PRIZE_SECTION", 0, 7, 8, 9), []),
        ("HFVRP", BOTH, f"{EXACT / 100:.2f}", FLEET, ["VEHICLES : 2"]),
        ("HFVRP", BOTH, "2201000", FLEET, ["VEHICLES : 2"]),
    ],
)  # fmt: skip
def test_each_family_is_costed_by_its_own_convention(family, routes, stated, sections, header):
    cost, is_same = cost_of(family, routes, stated, *sections, header=header)
    assert is_same, (float(cost), stated)
    assert not cost_of(family, routes, "9" + stated, *sections, header=header)[1]


@pytest.mark.parametrize(
    ("routes", "sentence"),
    [
        (["Route #1: 1 2"], r"places \[3\] are on no route"),
        (["Route #1: 1 2 3 1"], "place 1 is no customer or visited twice"),
        (["Route #1: 1 2 3 4"], "place 4 is no customer"),
        (["Route #1: 1 0 2 3"], "place 0 is no customer"),
    ],
)
def test_a_solution_must_serve_every_customer_once(routes, sentence):
    with pytest.raises(InstanceError, match=sentence):
        cost_of("CVRP", routes, "1")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Route #1: 1 2", "states no cost"),
        ("Route #1: 1\nRoute #3: 2\nCost 1", "line 2: route 3 where 2 was expected"),
        ("Route #1: 1 b\nCost 1", "line 1: a stop is no number"),
    ],
)
def test_it_says_what_is_wrong_with_a_solution_file(text, sentence):
    with pytest.raises(InstanceError, match=sentence):
        parse_solution(text)


def test_empty_routes_keep_their_numbers():
    known = parse_solution("Route #1:\nRoute #2: 4\nCost: 12\nOptimal: True")
    assert known.routes == ((), (4,))
    assert known.is_integer
