"""Opaque, prefixed, time-sortable public ids (`ld_01J…`): a prefix that names the kind and a ULID."""

from ulid import ULID


def new_id(prefix: str) -> str:
    """Return a fresh id such as `ld_01JABCDEF…` (prefix, underscore, 26 Crockford base32 characters)."""
    return f"{prefix}_{ULID()}"
