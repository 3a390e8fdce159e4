"""What a unit of too much load, lateness or distance costs in PyVRP's search, by recent trouble."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from pyvrp import CostEvaluator, ProblemData, Solution

from routing.engine.columns import Ints

DEARER, CHEAPER = 1.5, 0.9
WANTED, TOLERANCE = 0.65, 0.05
"""Share of solutions that should keep a limit, and how far from it nothing is changed."""

N_BETWEEN = 50
N_NEAR = 10
SPAN = 10_000.0
"""Prices stay within this factor of the natural ones."""


class Penalties:
    """One price per load dimension, then lateness, then distance.

    PyVRP's own manager starts at half of 100,000 whatever a unit is, and looks every 500 solutions:
    in the few thousand steps of a short run it never comes down to prices that matter, and where
    costs are large figures it never gets up to them. This one starts at the price at which a mean
    load, or the time of a mean leg, is worth that leg, and looks every 50 solutions.
    """

    def __init__(self, natural: Sequence[float], start: Sequence[float] | None = None) -> None:
        self._natural = list(natural)
        self.prices = list(natural if start is None else start)
        self._is_kept: list[list[bool]] = [[] for _ in natural]

    @classmethod
    def of(cls, data: ProblemData, factor: float = 1.0) -> "Penalties":
        """Return penalties that fit the sizes of `data`, started at `factor` times the natural."""
        natural = _natural_prices(data)
        return cls(natural, [factor * price for price in natural])

    def copy(self) -> "Penalties":
        """Return penalties for a search of a part, started at the prices of now."""
        return Penalties(self._natural, self.prices)

    def register(self, solution: Solution) -> None:
        """Take notice of the limits that a solution breaks."""
        broken = [*solution.excess_load(), solution.time_warp(), solution.excess_distance()]
        for row, excess in enumerate(broken):
            kept = self._is_kept[row]
            kept.append(excess == 0)
            if len(kept) == N_BETWEEN:
                self._change(row, WANTED - fmean(kept))
                kept.clear()

    def evaluator(self) -> CostEvaluator:
        """Return PyVRP's evaluator with the prices of now."""
        return _evaluator(self.prices)

    def strict_evaluator(self) -> CostEvaluator:
        """Return PyVRP's evaluator with the highest prices."""
        return _evaluator([price * SPAN for price in self._natural])

    def _change(self, row: int, missing: float) -> None:
        if abs(missing) >= TOLERANCE:
            price = self.prices[row] * (DEARER if missing > 0 else CHEAPER)
            natural = self._natural[row]
            self.prices[row] = min(natural * SPAN, max(natural / SPAN, price))


def _evaluator(prices: Sequence[float]) -> CostEvaluator:
    *loads, lateness, distance = prices
    return CostEvaluator(loads, lateness, distance)


def _natural_prices(data: ProblemData) -> list[float]:
    """Return what a unit is worth when the amount of a mean client is worth a mean short leg."""
    distance: Ints = np.asarray(data.distance_matrix(0), dtype=np.int64)
    duration: Ints = np.asarray(data.duration_matrix(0), dtype=np.int64)
    n_near = min(N_NEAR, len(distance) - 1)
    near = np.argpartition(distance, n_near, axis=1)[:, : n_near + 1]
    length = max(1.0, float(np.take_along_axis(distance, near, axis=1).mean()))
    time = max(1.0, float(np.take_along_axis(duration, near, axis=1).mean()))
    types = data.vehicle_types()
    per_length = fmean(vehicle.unit_distance_cost for vehicle in types)
    per_time = fmean(vehicle.unit_duration_cost for vehicle in types)
    leg = max(1.0, length * per_length + time * per_time)
    amounts = _amounts(data).mean(axis=0)
    return [*(leg / max(1e-3, float(amount)) for amount in amounts), leg / time, leg / length]


def _amounts(data: ProblemData) -> Ints:
    """Return [n_visits, n_dimensions] what each client or shipment takes."""
    rows = [np.maximum(client.delivery, client.pickup) for client in data.clients()]
    rows += [np.asarray(shipment.amount) for shipment in data.shipments()]
    return np.array(rows or np.ones((1, data.num_load_dimensions)), dtype=np.int64)
