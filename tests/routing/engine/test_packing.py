"""Loads in compartments: what is found fits, and what fits is found."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.packing import loads_fit_compartments
from routing.engine.tables import Tables
from tests.routing.engine.tiny import AMBIENT, CHILLED, FEED, FOOD, FROZEN, load, problem, vehicle

goods = st.builds(
    lambda temperature_class, group, pallets, kg, liters: load(
        temperature_class=temperature_class,
        group=group,
        n_pallets=pallets,
        weight_kg=kg,
        volume_l=liters,
    ),
    st.sampled_from((FROZEN, CHILLED, AMBIENT)),
    st.sampled_from((FOOD, FOOD, FEED)),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 4),
)
bays = st.lists(
    st.tuples(st.integers(1, 8), st.integers(3, 10), st.integers(3, 10), st.integers(1, 7)),
    min_size=1,
    max_size=3,
)


def is_packing(loads, body, max_kg, chosen):
    """Oracle: apply the rules to one assignment, in the plainest way."""
    broken = [sum(row["weight_kg"] for row in loads) > max_kg]
    for bay, (pallets, liters, kg, mask) in enumerate(body):
        here = [row for row, at in zip(loads, chosen, strict=True) if at == bay]
        classes = {row["temperature_class"] for row in here}
        broken += [
            len(classes) > 1,
            len({row["group"] for row in here}) > 1,
            any(not mask & 1 << c for c in classes),
            sum(row["n_pallets"] for row in here) > pallets,
            sum(row["volume_l"] for row in here) > liters,
            sum(row["weight_kg"] for row in here) > kg,
        ]
    return not any(broken)


@settings(max_examples=300, deadline=None)
@given(st.lists(goods, min_size=1, max_size=5), bays, st.integers(3, 20))
def test_it_finds_a_packing_exactly_when_there_is_one(loads, body, max_kg):
    tables = Tables.of(problem(loads, [vehicle(bays=body, max_kg=max_kg)]))
    kind = tables.kinds[0]
    found = loads_fit_compartments(tables, kind, range(len(loads)))
    sorted_body = [(b.max_pallets, b.max_l, b.max_kg, b.class_mask) for b in kind.compartments]
    if found is not None:
        assert is_packing(loads, sorted_body, max_kg, found)
        return
    every = product(range(len(body)), repeat=len(loads))
    assert not any(is_packing(loads, sorted_body, max_kg, chosen) for chosen in every)


def test_vehicles_that_differ_only_in_name_are_one_kind():
    tables = Tables.of(problem([load()], [vehicle(), vehicle(fixed_fen=1), vehicle()]))
    assert [kind.vehicles for kind in tables.kinds] == [(0, 2), (1,)]
    assert tables.kind_of == [0, 1, 0]


def test_compartments_keep_their_rows_whatever_their_order():
    small, large = (2, 9_000, 2_000, 0b111), (8, 32_000, 8_000, 0b111)
    day = problem([load()], [vehicle(bays=[small, large]), vehicle(bays=[large, small])])
    tables = Tables.of(day)
    assert len(tables.kinds) == 1
    assert tables.in_kind_order(day, [0, 1]) == [0, 1]
    assert tables.in_kind_order(day, [2, 3]) == [3, 2]
