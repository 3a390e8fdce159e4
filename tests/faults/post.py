"""The mail server of a fault run: it keeps the key of each message and when it came."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field

KEY = re.compile(r"^X-Notification-Key: (\S+)", re.MULTILINE)


@dataclass
class Post:
    """Takes the place of a mailbox's list of messages: what is appended is read and stamped."""

    heard: Counter[str] = field(default_factory=Counter)
    first_at_s: dict[str, float] = field(default_factory=dict)

    def append(self, message: str) -> None:
        """Take one message."""
        found = KEY.search(message)
        key = found.group(1) if found else "without a key"
        self.first_at_s.setdefault(key, time.monotonic())
        self.heard[key] += 1
