"""Owns where the park's signing key lies: given by the settings, or made at first use and kept in VAR_DIR."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from warehouses.dossier import signing

KEPT = "dossier_key.pem"


def signing_key() -> Ed25519PrivateKey:
    """Return the key that signs dossiers; raises KeyUnreadable where the given file holds none."""
    given = settings.DOSSIER_KEY_FILE
    path = Path(given) if given else settings.VAR_DIR / KEPT
    if not given and not path.exists():
        _make(path)
    return signing.private_key(path.read_bytes())


def _make(path: Path) -> None:
    """Write a fresh key whole or not at all: of two processes that make one, the first to link it wins."""
    draft = path.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(signing.new_key())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
