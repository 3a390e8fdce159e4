"""Every public instance is parsed; every known solution costs what its file says and breaks no rule.

Run by `make conformance DATA=FOLDER`; without that variable the folder is not collected at all, and
a direct call says where each family comes from.
"""

import os
from pathlib import Path

import pytest

from routing.engine.check_plain import check_plain
from routing.engine.instances.costs import known_cost, states_the_same
from routing.engine.instances.instance import Instance
from routing.engine.instances.li_lim import parse_li_lim
from routing.engine.instances.plain_routes import solution_of
from routing.engine.instances.screening import impossible_places
from routing.engine.instances.solomon import parse_solomon
from routing.engine.instances.solution_file import parse_solution
from routing.engine.instances.vrplib import parse_vrplib
from routing.instance_files import open_instance

WHERE = """CONFORMANCE_DATA names no folder with instances/. Put there:
  vrptw/    Solomon, Gehring-Homberger .txt: VROOM-Project/vroom-scripts; .vrp and .sol: PyVRP/Instances
  cvrp/ hfvrp/ mdvrptw/ pcvrptw/ mtvrptwr/    .vrp and .sol: PyVRP/Instances
  pdptw/    Li-Lim .txt: VROOM-Project/vroom-scripts
(both on GitHub), then run: make conformance DATA=FOLDER"""
FAMILIES = ("cvrp", "hfvrp", "mdvrptw", "mtvrptwr", "pcvrptw", "pdptw", "vrptw")
FOLDER = Path(os.environ.get("CONFORMANCE_DATA", "")) / "instances"

if "CONFORMANCE_DATA" not in os.environ or not FOLDER.is_dir():
    pytest.exit(WHERE, returncode=2)

FILES = sorted(path for path in FOLDER.glob("*/*") if path.suffix in {".vrp", ".txt"})
SOLUTIONS = sorted(FOLDER.glob("*/*.sol"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def parse(path: Path) -> Instance:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".vrp":
        return parse_vrplib(text)
    return parse_li_lim(text) if path.parent.name == "pdptw" else parse_solomon(text)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_there(family: str) -> None:
    assert [path for path in FILES if path.parent.name == family], WHERE


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_instance_is_parsed(path: Path) -> None:
    instance = parse(path)
    n = len(instance.coordinates)
    assert instance.family.lower() == path.parent.name
    assert instance.n_customers > 0
    assert len(instance.demand) == n
    assert sum(abs(amount) for amount in instance.demand) > 0
    for column in (instance.window, instance.service, instance.release, instance.prize):
        assert len(column) in {0, n}
    capacity = max(instance.fleet.capacity)
    assert max(instance.demand) <= capacity
    has_windows = path.parent.name in {"vrptw", "mdvrptw", "pcvrptw", "mtvrptwr", "pdptw"}
    assert bool(instance.window) == has_windows
    assert bool(instance.prize) == (path.parent.name == "pcvrptw")
    assert bool(instance.release) == (path.parent.name == "mtvrptwr")


@pytest.mark.parametrize("path", SOLUTIONS, ids=name)
def test_the_known_solution_costs_what_its_file_says(path: Path) -> None:
    instance = parse(path.with_suffix(".vrp"))
    known = parse_solution(path.read_text(encoding="utf-8"))
    cost = known_cost(instance, known)
    assert states_the_same(known, cost), f"file: {known.cost}, recomputed: {float(cost)}"


@pytest.mark.parametrize("path", SOLUTIONS, ids=name)
def test_the_known_solution_breaks_no_rule_of_the_plain_problem(path: Path) -> None:
    opened = open_instance(path.with_suffix(".vrp"))
    assert opened.known is not None
    assert opened.known.solution is not None
    solution = solution_of(opened.instance, opened.problem, opened.known.solution)
    assert check_plain(opened.problem, solution) == []
    assert solution.cost == opened.known.cost


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_place_can_be_visited_alone(path: Path) -> None:
    assert impossible_places(open_instance(path).problem) == []
