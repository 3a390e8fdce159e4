"""A Chromium for tests: CHROMIUM, the PATH, apt-get when root, npm; never a skip."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.plugins.servers import apt_install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A headless Chromium inside a package, for users who are not root.
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def find_chromium() -> Path:
    """Return the browser's program."""
    named = os.environ.get("CHROMIUM")
    if named:
        return _existing(named)
    found = _on_path()
    if found is None:
        apt_install("chromium", "fonts-noto-cjk")
        found = _on_path() or _from_npm()
    if found is None:
        raise SystemExit(
            "tests: no browser. Set CHROMIUM to a Chromium or Chrome, or install one: "
            "apt-get install chromium fonts-noto-cjk"
        )
    return found


def _existing(named: str) -> Path:
    found = shutil.which(named)
    if found is None:
        raise SystemExit(f"tests: CHROMIUM={named} is no program")
    return Path(found)


def _on_path() -> Path | None:
    return next((Path(path) for name in NAMES if (path := shutil.which(name))), None)


def _from_npm() -> Path | None:
    """Return the npm package's Chromium, unpacked by its own code; None where npm fails."""
    folder = Path(__file__).resolve().parents[2] / "var" / "chromium"
    folder.mkdir(parents=True, exist_ok=True)
    script = (
        'import("@sparticuz/chromium")'
        ".then(async (m) => console.log(await m.default.executablePath()))"
    )
    try:
        if not (folder / "node_modules" / "@sparticuz").exists():
            subprocess.run(
                ["npm", "install", "--prefix", folder, NPM_PACKAGE], check=True, capture_output=True
            )
        run = subprocess.run(
            ["node", "-e", script], check=True, capture_output=True, text=True, cwd=folder
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return Path(run.stdout.strip())
