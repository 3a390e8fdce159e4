"""The password file of a mosquitto broker: one line a device, whose user name is its serial number."""

import base64
import hashlib
import os
import secrets
from pathlib import Path

# mosquitto 2: "$7$" is PBKDF2 with HMAC-SHA512. Our secrets are 256 random bits: few rounds suffice,
# and a broker that starts again lets thousands of devices in at once.
ROUNDS = 1_000
SALT_BYTES = 12
# The broker fences by user name inside topic patterns; these characters would mean something there.
FORBIDDEN = frozenset("+#/:$\0\n\r")


class UnusableName(ValueError):
    """A serial number that cannot stand in a topic."""


def password_line(user: str, secret: str, *, salt: bytes) -> str:
    """Return a user's line; raises UnusableName."""
    if not user or FORBIDDEN & set(user):
        msg = f"{user!r} cannot stand in a topic; a serial number for MQTT has none of + # / : $"
        raise UnusableName(msg)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, ROUNDS)
    packed = [base64.b64encode(part).decode() for part in (salt, digest)]
    return f"{user}:$7${ROUNDS}${packed[0]}${packed[1]}"


def write_password(path: Path, *, user: str, secret: str) -> None:
    """Put a user's line into the file in place of an older one; the broker reads it anew on SIGHUP."""
    line = password_line(user, secret, salt=secrets.token_bytes(SALT_BYTES))
    before = path.read_text().splitlines() if path.exists() else []
    kept = [other for other in before if other and not other.startswith(f"{user}:")]
    beside = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join([*kept, line]) + "\n")
    beside.replace(path)
