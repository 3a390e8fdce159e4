"""`python -m routing.benchmarks.memory SEED N_LOADS SECONDS`: plan a rich day, print the peak memory."""

import json
import resource
import sys

from routing.benchmarks.rich_days import rich_day
from routing.engine.solver import solve


def main(seed: int, n_loads: int, seconds: float) -> None:
    """Print one JSON object; `kib` is the highest resident memory of this process."""
    day = rich_day(seed, n_loads=n_loads)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    plan = solve(day, seconds=seconds, seed=seed)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    row = {"kib_before": before, "kib": after, "n_assigned": plan.n_assigned}
    sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
