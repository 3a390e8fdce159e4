"""`manage.py demo` succeeds only where the job was really done; `make demo` runs the whole of it."""

import io
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from routing.committing import commit
from routing.management.cold_lines import ColdFigures, cold_figures
from routing.management.commands import demo
from routing.models import Stop
from tests.cast import Cast
from tests.factories import make_excursion
from tests.routing.plannable import NOW, make_plannable, solved
from warehouses.models import ColdSpace, Sensor
from warehouses.simulation import Simulated
from warehouses.telemetry import Stored


def sent(space: str, sensor: str) -> Simulated:
    return Simulated(1, 1, 0, Stored(), (space,), (sensor,), (), NOW)


def test_without_loads_it_says_what_to_do_and_starts_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="load_fixtures"):
        call_command("demo", date=date(2027, 1, 1), stdout=io.StringIO())


def test_a_plan_counts_only_in_force_checked_booked_and_solved_by_a_worker(cast: Cast) -> None:
    make_plannable(cast)
    plan = solved(cast)
    assert demo._plan_faults(plan, 0) == [f"plan {plan.public_id} is solved: "]
    commit(plan=plan, by=cast.dispatcher.principal, at=NOW)
    assert demo._plan_faults(plan, 0) == ["no worker solved it"]
    plan.holder = "host/17/task"
    assert demo._plan_faults(plan, 0) == []
    assert demo._plan_faults(plan, 2) == ["2 violations"]
    for n_assigned, faults in (
        (98, []),
        (97, ["only 97 of 100 assignable loads are assigned, 98 % are wanted"]),
    ):
        plan.figures["alone"] |= {"n_assignable": 100, "n_assigned": n_assigned}
        assert demo._plan_faults(plan, 0) == faults
    plan.figures["alone"]["n_assigned"] = 100
    loadings = Stop.objects.filter(trip__plan=plan, kind="loading")
    n_loadings = loadings.count()
    Stop.objects.filter(pk=loadings.first().pk).update(appointment=None)  # type: ignore[union-attr]
    assert demo._plan_faults(plan, 0) == [
        f"{n_loadings - 1} docks are booked for {n_loadings} loadings of {plan.n_trips} trips"
    ]


def test_a_breakdown_or_a_silence_that_was_not_found_is_a_fault(cast: Cast) -> None:
    kit = make_plannable(cast).park
    space = kit.rooms[0].cold_space
    make_excursion(space)
    Sensor.objects.filter(pk=kit.sensors[1].pk).update(silent_since_at=NOW)
    ColdSpace.objects.update(judged_to_at=NOW)
    figures = cold_figures()
    assert [one.cold_space_id for one in figures.excursions] == [space.pk]
    judged = ColdFigures(figures.excursions, figures.silent_sensors, Counter(compliant=3))
    assert demo._cold_faults(judged, sent(space.code, kit.sensors[1].code)) == []
    assert demo._cold_faults(judged, sent("elsewhere", kit.sensors[1].code)) == [
        "the breakdown of elsewhere was not found"
    ]
    assert demo._cold_faults(judged, sent(space.code, "s-9")) == [
        "the silence of s-9 was not found"
    ]
    assert demo._cold_faults(figures, sent(space.code, kit.sensors[1].code)) == [
        "no shipment was judged"
    ]
