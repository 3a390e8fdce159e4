"""The command line answers in sentences."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_a_database_without_tables_is_named_with_what_to_do(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}
    run = subprocess.run(
        [sys.executable, "manage.py", "plan", "--date", "2026-11-24"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "make demo" in run.stderr
    assert "Traceback" not in run.stderr
