"""The set-up, checked: pins, lock files, documents and the Makefile agree with the code."""

import ast
import re
import shutil
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ["requirements.txt", "requirements-dev.txt", "requirements-node.txt"]
LOCKS = [*REQUIREMENTS, "constraints.txt", "package-lock.json", "package.json"]
# Used by a command, by a URL's scheme or as a plugin, not by an import.
USED_WITHOUT_IMPORT = {
    "psycopg": "postgres:// in settings",
    "granian": "started as a command",
    "argon2-cffi": "Argon2PasswordHasher in settings",
    "babel": "pybabel in the Makefile",
}


def tracked_files() -> list[Path]:
    """Return what a clone would hold; outside of git (an unpacked archive) every file of ours."""
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if run.returncode == 0:
        return [
            path
            for name in run.stdout.decode().split("\0")
            if name and (path := ROOT / name).is_file()
        ]
    ignored = {".venv", "node_modules", "var", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not ignored & set(path.parts)]


def requirements(name: str) -> dict[str, str]:
    """Return the requirement of each line with its comment."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0] != "#"]
    return {
        pin.strip(): reason.strip() for pin, _, reason in (line.partition("#") for line in lines)
    }


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_requirement_is_pinned_and_has_a_reason(name: str) -> None:
    marker = r'( ; python_version (<|>=) "3\.\d+")?'
    for pin, reason in requirements(name).items():
        pinned = re.fullmatch(r"[A-Za-z0-9-]+(\[[a-z,]+\])?==[0-9a-z.]+" + marker, pin)
        assert pinned, f"{pin} is not pinned"
        assert len(reason) > 10, f"{pin} has no reason"


def test_constraints_hold_every_requirement_in_the_same_version() -> None:
    constraints = {
        line.partition(" ;")[0].lower()
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    for name in REQUIREMENTS:
        for pin in requirements(name):
            plain = re.sub(r"\[.*\]", "", pin.partition(" ;")[0]).lower()
            assert plain in constraints, f"{pin}: run make constraints"


def test_no_requirement_is_unused() -> None:
    """Each distribution is imported, or named in settings, or in the list above with its reason."""
    modules: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for distribution in distributions:
            modules.setdefault(distribution.lower().replace("_", "-"), set()).add(module)
    used = imported_modules() | set(
        re.findall(r'"(\w+)[\w.]*"', (ROOT / "logistics/settings.py").read_text())
    )
    unused = [
        name
        for pin in requirements("requirements.txt")
        if (name := re.split(r"[\[=]", pin)[0].lower()) not in USED_WITHOUT_IMPORT
        and not modules.get(name, set()) & used
    ]
    assert unused == []


def imported_modules() -> set[str]:
    names: set[str] = set()
    for path in tracked_files():
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_file_holds_a_download_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(
        r'"resolved"|\.tgz|\.whl|--index-url|--extra-index|--find-links|registry\.', text
    )


def test_no_tracked_file_names_a_path_of_a_developers_machine() -> None:
    """Paths like a home folder work on one machine only."""
    pattern = re.compile(r"(?<![\w.])/(?:home|root|work|opt|Users)/[\w.-]+")
    text_suffixes = {
        ".py",
        ".md",
        ".toml",
        ".txt",
        ".json",
        ".html",
        ".js",
        ".css",
        ".cfg",
        ".yml",
        "",
    }
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked_files()
        if path.suffix in text_suffixes and path.stat().st_size < 3_000_000
        for match in pattern.finditer(path.read_text(errors="replace"))
    ]
    assert found == []


def test_a_file_is_committed_only_if_a_clone_needs_it() -> None:
    generated = {".venv", "node_modules", "var", "__pycache__", ".mypy_cache", ".ruff_cache"}
    assert [path for path in tracked_files() if generated & set(path.relative_to(ROOT).parts)] == []


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    source = "".join(
        (ROOT / "logistics" / name).read_text() for name in ("settings.py", "planning_settings.py")
    )
    read = set(re.findall(r'\b(?:read\(\s*"\w+",|_database\()\s*"([A-Z][A-Z0-9_]+)"', source))
    text = (ROOT / "docs/operations.md").read_text()
    table = text.partition("## Settings")[2].partition("Tests and make read")[0]
    documented = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", table, flags=re.MULTILINE)
    assert read
    assert sorted(documented) == sorted(read)


def test_variables_of_tests_are_documented() -> None:
    source = "".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    read = set(re.findall(r'environ(?:\.get|\.setdefault)?[\[(]"([A-Z][A-Z0-9_]+)"', source))
    set_by_others = {
        "PATH",
        "PYTEST_XDIST_WORKER",
        "DJANGO_ALLOW_ASYNC_UNSAFE",
        "DJANGO_SETTINGS_MODULE",
    }
    own = {name for name in read - set_by_others if not name.startswith("TEST_REPORT_")}
    text = (ROOT / "docs/operations.md").read_text()
    assert {name for name in own if f"`{name}`" not in text} == set()


def test_every_command_is_documented() -> None:
    ours = {
        path.stem
        for path in tracked_files()
        if path.parent.name == "commands" and path.stem != "__init__"
    }
    table = (ROOT / "docs/operations.md").read_text().partition("## Commands")[2]
    documented = set(re.findall(r"^\| `(\w+)` \|", table.partition("## Settings")[0], re.MULTILINE))
    assert documented == ours


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("name", ["README.md", "docs/operations.md"])
def test_every_make_command_that_a_document_names_exists(name: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", (ROOT / name).read_text(), re.MULTILINE))
    assert {"demo", "serve", "test"} <= named
    assert named <= make_targets()


@pytest.mark.parametrize("target", ["fuzz", "conformance"])
def test_a_target_without_content_says_so_and_fails(target: str) -> None:
    run = subprocess.run(["make", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert len(run.stdout + run.stderr) > 80


def test_conformance_says_which_folders_are_read_today() -> None:
    run = subprocess.run(
        ["make", "conformance"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = re.findall(r"FOLDER/(\w+)/ +(.+)", run.stdout)
    tests = "".join(path.read_text() for path in (ROOT / "tests/conformance").glob("*.py"))
    named = {folder for folder, _ in lines if f'"{folder}"' in tests}
    assert named == {folder for folder, text in lines if text.endswith("read today")}
    assert {folder for folder, text in lines if "not read yet" in text} == {"nab", "epcis"} - named


def test_make_refuses_a_python_that_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "python-old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    run = subprocess.run(
        ["make", "venv", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "older than Python 3.11" in run.stderr
    assert not (tmp_path / ".venv").exists()
