"""The solvers that are measured side by side, each behind one function with the same signature."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from routing.benchmarks.peers.snapshot import Snapshot
from routing.engine.plain.problem import PlainProblem

Solver = Callable[[PlainProblem, Sequence[float], int], list[Snapshot]]
"""(problem, budgets in seconds of one core's time, seed) → one snapshot a budget."""

OURS = "ours"
MODULES: Mapping[str, str] = {
    OURS: "routing.benchmarks.peers.ours",
    "pyvrp": "routing.benchmarks.peers.pyvrp_peer",
    "vroom": "routing.benchmarks.peers.vroom_peer",
    "ortools": "routing.benchmarks.peers.ortools_peer",
}
FAMILIES: Mapping[str, frozenset[str]] = {
    "vroom": frozenset({"CVRP", "VRPTW", "PDPTW"}),
    "ortools": frozenset({"CVRP", "VRPTW", "PDPTW", "HFVRP", "MDVRPTW", "PCVRPTW"}),
}
"""What a solver can say; those that are not here know every family."""

PACKAGES: Mapping[str, str] = {"pyvrp": "pyvrp", "vroom": "pyvroom", "ortools": "ortools"}
ANYTIME = frozenset({"pyvrp"})
"""Solvers whose shorter budgets are read from the trace of the longest."""

ONE_SEED = frozenset({"vroom", "ortools"})


class MissingPeerError(RuntimeError):
    """A solver that is not installed; the message says how to get it."""


def knows(solver: str, family: str) -> bool:
    """Whether the solver can say the family's rules."""
    return solver not in FAMILIES or family in FAMILIES[solver]


def solver_of(name: str) -> Solver:
    """Return the solver, whose package is imported only now.

    Raises
    ------
    MissingPeerError
        When the package is not installed.
    """
    try:
        solver: Solver = import_module(MODULES[name]).solve
    except ModuleNotFoundError as error:
        package = PACKAGES.get(name, name)
        message = (
            f"{name} is not installed ({error}): pip install {package}, or leave it out of --peers"
        )
        raise MissingPeerError(message) from error
    return solver
