"""Processor time of other processes, from Linux's /proc: what a server costs, whoever else is on the machine."""

import os
from pathlib import Path

from routing.benchmarks.peers import MissingPeerError

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12  # proc_pid_stat(5), counted from the state


def spent_s(pid: int) -> float:
    """Return the processor time of a process and its descendants that live; raises MissingPeerError."""
    if not Path("/proc/self/stat").exists():
        msg = "processor time of other processes is read from /proc, which is not here"
        raise MissingPeerError(msg)
    fields = {int(one.name): _fields(one) for one in Path("/proc").iterdir() if one.name.isdigit()}
    family, total = [pid], 0.0
    for one in family:
        if found := fields.get(one):
            total += (int(found[_USER]) + int(found[_SYSTEM])) * _TICK_S
        family += [child for child, other in fields.items() if other and int(other[_PARENT]) == one]
    return total


def _fields(process: Path) -> list[str]:
    """Return what stands behind the name, which may hold spaces; nothing for one that has just ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
