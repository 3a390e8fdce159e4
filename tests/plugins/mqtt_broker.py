"""A private mosquitto for tests: MQTT_URL, binary, apt-get when root; never a skip."""

import contextlib
import shutil
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path

from logistics.processes import Service, kill_group
from tests.plugins.servers import _free_port, apt_install

PERSISTENT = """
listener {port} 127.0.0.1
persistence true
persistence_location {home}/
autosave_interval 1
autosave_on_changes true
max_inflight_messages 1000
max_queued_messages 100000
log_dest stderr
set_tcp_nodelay true
"""
ANYBODY = "allow_anonymous true\n"
# A device may write below its own name only, and read its own answers; the gateway has the rest.
FENCED = """allow_anonymous false
password_file {home}/passwords
acl_file {home}/acl
"""
ACL = """user gateway
topic read $share/#
topic read readings/#
topic read space-events/#
topic write ack/#
topic write rejected/#
pattern write readings/%u
pattern write space-events/%u
pattern read ack/%u
pattern read rejected/%u
"""


def find_mosquitto() -> Path:
    """Return the broker's binary."""
    for _ in range(2):
        for name in ("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"):
            if found := shutil.which(name):
                return Path(found)
        apt_install("mosquitto")
    raise SystemExit(
        "tests: no MQTT broker. Install mosquitto, for example apt-get install mosquitto"
    )


@dataclass
class Broker:
    """A mosquitto that keeps its sessions on disk; it can be killed and started again on its port."""

    home: Path
    is_fenced: bool = False
    port: int = field(default_factory=_free_port)
    service: Service | None = None

    @property
    def url(self) -> str:
        """Its address, without a user."""
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, or start it again."""
        rules = FENCED if self.is_fenced else ANYBODY
        text = (PERSISTENT + rules).format(port=self.port, home=self.home)
        # As root mosquitto becomes a user of its own, who could not write here.
        (self.home / "mosquitto.conf").write_text(f"user root\n{text}")
        acl = self.home / "acl"
        acl.write_text(ACL)
        acl.chmod(0o600)
        self.service = Service(
            name="mosquitto",
            command=[find_mosquitto(), "-c", self.home / "mosquitto.conf"],
            log=self.home / "broker.log",
            is_ready=lambda _: answers(self.port),
        )
        self.service.start()
        self.service.wait_ready()

    def kill(self) -> None:
        """Kill it with all that it has not written down."""
        assert self.service is not None
        assert self.service.process is not None
        kill_group(self.service.process.pid)
        self.service.process.wait()

    def stop(self) -> None:
        """End it politely."""
        if self.service is not None:
            self.service.stop_signal = signal.SIGTERM
            self.service.stop()


def answers(port: int) -> bool:
    """Say whether somebody listens."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
