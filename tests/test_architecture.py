"""The shape of the code, checked: what import contracts cannot say is said here."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ["logistics", "warehouses", "routing"]  # a lower floor knows nothing of a higher one
PURE = ["routing.engine", "warehouses.compliance"]
DOORS = {"api", "web", "management", "tasks.py", "admin.py", "apps.py", "gateways"}
FRAMEWORKS = {"django", "celery", "rest_framework", "kombu", "redis", "psycopg", "geopy"}
MAX_LINES = 400


def modules() -> Iterator[Path]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def imports(path: Path) -> Iterator[str]:
    """Yield what a module imports, as dotted names down to the imported name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_door(path: Path) -> bool:
    return path.relative_to(ROOT).parts[1] in DOORS


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_loads_no_framework(package: str) -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / package.replace(".", "/")).rglob("*.py"))
        if path.name != "__init__.py"
    ]
    assert modules
    code = f"import sys, {', '.join(modules)}; print(*sorted({FRAMEWORKS} & set(sys.modules)))"
    # The floor's own __init__ is imported with its core, so it has to stay free of frameworks too.
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert run.stdout.split() == []


def test_a_pure_package_reads_no_calendar_clock_and_no_file() -> None:
    forbidden = {"time.time", "datetime.datetime.now", "os.environ", "open", "pathlib.Path"}
    found = [
        f"{where(path)}: {name}"
        for package in PURE
        for path in (ROOT / package.replace(".", "/")).rglob("*.py")
        for name in [*imports(path), *calls(path)]
        if name in forbidden or name.endswith(("datetime.now", "datetime.utcnow", "date.today"))
    ]
    # The compiler's cache is named by a digest of the sources, which it must read.
    assert set(found) <= {"routing/engine/compiled.py: pathlib.Path"}


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_only_the_engine_talks_to_or_tools() -> None:
    offenders = [
        where(path)
        for path in modules()
        if any(name.partition(".")[0] == "ortools" for name in imports(path))
        and not where(path).startswith(("routing/engine/", "routing/benchmarks/ortools_"))
    ]
    assert offenders == [], "but for the peer that races OR-Tools alone"


def test_only_one_module_talks_to_geocoders() -> None:
    offenders = [
        where(path)
        for path in modules()
        if any(name.startswith("geopy.geocoders") for name in imports(path))
        and where(path) != "routing/geocoding.py"
    ]
    assert offenders == []


def test_only_doors_read_the_clock() -> None:
    """Ruff refuses the import; this also sees `timezone.now()` and `datetime.now()` by any path."""
    clocks = {"timezone.now", "django.utils.timezone.now", "timezone.localdate", "time.time"}
    offenders = [
        f"{where(path)}: {name}"
        for path in modules()
        if not is_door(path)
        for name in calls(path)
        if name in clocks or name.endswith(("datetime.now", "datetime.utcnow", "date.today"))
    ]
    assert offenders == []


def test_every_task_has_a_name_that_starts_with_its_floor() -> None:
    offenders = [
        f"{where(path)}: {function.name}"
        for path in modules()
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if "task" in (written := ast.unparse(decorator)) and "shared_task" in written
        if f"name='{path.relative_to(ROOT).parts[0]}." not in written
    ]
    assert offenders == []


def test_no_module_uses_signals_of_models_or_overrides_save() -> None:
    signals = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"}
    offenders = [
        f"{where(path)}: {name}"
        for path in modules()
        for name in imports(path)
        if name.startswith("django.db.models.signals") or name.rpartition(".")[2] in signals
    ]
    offenders += [
        f"{model._meta.label}.save"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS and "save" in vars(model)
    ]
    assert offenders == []


def test_no_foreign_key_points_upstairs() -> None:
    upward = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if (target := field.related_model._meta.app_label) in FLOORS
        and FLOORS.index(target) > FLOORS.index(model._meta.app_label)
    ]
    assert upward == []


def test_no_module_is_too_long() -> None:
    lines = {where(path): path.read_text().count("\n") for path in modules()}
    assert {path: n for path, n in lines.items() if n > MAX_LINES} == {}


def test_every_module_says_in_its_docstring_what_it_owns() -> None:
    silent = [
        where(path)
        for path in modules()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_an_upward_import_breaks_the_contracts(tmp_path: Path) -> None:
    """Plant one in a copy of the tree: a contract that cannot fail guards nothing."""
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text())
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    assert lint(tmp_path).returncode == 0, lint(tmp_path).stdout
    with (tmp_path / "logistics" / "events.py").open("a") as module:
        module.write("\nfrom routing import models as upstairs\n")
    broken = lint(tmp_path)
    assert broken.returncode != 0
    assert "logistics is not allowed to import routing" in broken.stdout


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, check=False, capture_output=True, text=True
    )
