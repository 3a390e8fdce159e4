"""Who may see which rows: every table has a rule or a reason, and no rule looks upstairs."""

import ast
from collections.abc import Iterator, Sized
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model, Q

from logistics.scoping import NOTHING, Principal, Role, rule_of
from tests.test_architecture import FLOORS, ROOT

# Seen by nobody through `visible_to`; each with the reason.
NOBODY = {
    "logistics.User": "people are managed in the admin; a principal is made of a membership",
    "logistics.IdempotentRequest": "read by its own credential and key, never listed",
    "logistics.Lease": "machinery of the workers",
    "warehouses.DeviceSequence": "what a device itself is told on its own topic",
    "warehouses.RefusedMessage": "bytes that nobody could read: for the park's admin",
    "warehouses.CapturedEvent": "ids of documents, so that a repetition is known",
    "logistics.Heartbeat": "machinery; /health tells ages only",
}
PRINCIPALS = [
    Principal(
        role=role,
        label="test",
        organization_id=7,
        user_id=8,
        client_id=9,
        site_ids=frozenset({5}),
        scopes=frozenset({"loads:read"}),
    )
    for role in Role
]


def tables() -> list[type[Model]]:
    """Return the domain's tables, without the rows that Django makes for many-to-many."""
    return [
        table
        for table in apps.get_models()
        if table._meta.app_label in FLOORS and not table.__name__.startswith("Historical")
    ]


def test_every_table_has_a_rule_or_is_seen_by_nobody_for_a_reason() -> None:
    ruled = {table._meta.label for table in tables() if rule_of(table) is not None}
    assert {table._meta.label for table in tables()} == ruled | set(NOBODY)
    assert ruled & set(NOBODY) == set()


@pytest.mark.parametrize("role", [Role.STRANGER, Role.ZONE_VIEWER, Role.DEVICE])
def test_roles_without_rows_see_no_goods_no_trips_and_no_air(role: Role) -> None:
    """A zone viewer gets aggregates and a device nothing; code lists and one's own rows are no secret."""
    harmless = {"GoodsCategory", "Organization", "OrganizationRole", "Membership"}
    principal = next(one for one in PRINCIPALS if one.role == role)
    shown = [
        table._meta.label
        for table in tables()
        if (rule := rule_of(table))
        and table.__name__ not in harmless
        and not is_nothing(rule(principal))
    ]
    assert shown == []


def is_nothing(condition: object) -> bool:
    """Say whether a condition can match no row: one part of an AND, or every part of an OR, matches none."""
    if isinstance(condition, tuple):
        name, value = condition
        return name.endswith("__in") and isinstance(value, Sized) and len(value) == 0
    if not isinstance(condition, Q) or condition.negated or not condition.children:
        return False
    parts = [is_nothing(child) for child in condition.children]
    return all(parts) if condition.connector == Q.OR else any(parts)


def test_a_condition_is_nothing_by_its_connector() -> None:
    empty, some = Q(pk__in=[]), Q(pk=1)
    assert is_nothing(NOTHING)
    assert is_nothing(empty)
    assert is_nothing(empty & some)
    assert is_nothing(empty | NOTHING)
    assert is_nothing(some & (empty | Q(carrier__in=())))
    assert not is_nothing(empty | some)
    assert not is_nothing(~empty)
    assert not is_nothing(Q())


@pytest.mark.django_db
def test_no_rule_joins_a_table_of_a_higher_floor() -> None:
    upward = []
    for table in tables():
        rule = rule_of(table)
        if rule is None:
            continue
        floor = FLOORS.index(table._meta.app_label)
        for principal in PRINCIPALS:
            rows = table._default_manager.filter(rule(principal))
            upward += [
                f"{table._meta.label} as {principal.role}: {name}"
                for name in tables_read(rows.query)
                if floor_of(name) > floor
            ]
    assert upward == []


def tables_read(query: object) -> Iterator[str]:
    """Yield the database tables of a query and of the queries inside it."""
    yield from (alias.table_name for alias in query.alias_map.values())  # type: ignore[attr-defined]
    stack = list(query.where.children)  # type: ignore[attr-defined]
    while stack:
        node = stack.pop()
        stack += list(getattr(node, "children", []))
        inner = getattr(node, "rhs", None)
        if hasattr(inner, "alias_map"):
            yield from tables_read(inner)


def floor_of(table_name: str) -> int:
    return FLOORS.index(table_name.partition("_")[0])


def test_the_walk_of_joins_sees_an_upward_join() -> None:
    from logistics.models import Shipment  # noqa: PLC0415

    rows = Shipment.objects.filter(in_load__load__carrier_id=1)
    assert any(floor_of(name) > 0 for name in tables_read(rows.query))


def test_doors_read_rows_only_through_visible_to() -> None:
    """In api/, `Table.objects` is followed by `visible_to`: no other way to rows exists there."""
    offenders = []
    for path in rest_doors():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(".objects"):
                if node.attr != "visible_to":
                    offenders.append(f"{path.relative_to(ROOT)}: {ast.unparse(node)}")
            elif isinstance(node, ast.Attribute) and node.attr == "_base_manager":
                offenders.append(f"{path.relative_to(ROOT)}: {ast.unparse(node)}")
    assert offenders == []


def test_no_view_widens_its_queryset() -> None:
    """`get_queryset` is final in the base view, and no serializer shows `__all__`."""
    offenders = []
    for path in rest_doors():
        text = path.read_text()
        offenders += [
            f"{path.relative_to(ROOT)}: {word}"
            for word in ("def get_queryset", "__all__", "queryset =")
            if word in text
        ]
    assert offenders == []


def rest_doors() -> list[Path]:
    paths = [path for floor in FLOORS for path in sorted((ROOT / floor / "api").glob("*.py"))]
    assert len(paths) > 8
    return paths
