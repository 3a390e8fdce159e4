"""Seeded small problems that switch every rule of the planner on and off; every value is invented.

Moments, ways and services are whole steps of five minutes, so that an exhaustive search over a
grid of starts misses little. The law's hours are shortened for some problems: a small map then
asks for rests too.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from routing.benchmarks.rich_tables import made
from routing.engine.columns import Bools
from routing.engine.problem import (
    Affinities,
    Climate,
    Closures,
    Compartments,
    Contracts,
    Depots,
    Docks,
    Loads,
    Previous,
    Problem,
    Rules,
    Travel,
    Vehicles,
    Windows,
)

STEP_S, HOUR_S = 300, 3600
START_S = 1_795_449_600
N_HOURS = 24
CLASSES = ("frozen", "chilled", "ambient")
SET_DC = (-180, 30, 300)
BUDGET_CMIN = (900, 450, 0)
SWITCHES = (
    "layouts", "mixing", "climate", "windows", "closures", "release", "short_law", "daily",
    "drivers", "hours", "together", "apart", "vehicle_lock", "locked_out", "sequence", "exclusive",
    "overtime", "toll", "trips", "units", "contracts", "change", "two_depots", "both_depots",
    "away", "busy", "elsewhere", "carriers", "groups", "few_docks",
)  # fmt: skip
"""What a problem may have more than loads, vehicles, windows and docks."""


def random_problem(
    seed: int,
    *,
    n_loads: int = 5,
    n_vehicles: int = 3,
    share: float = 0.3,
    switches: Sequence[str] | None = None,
) -> Problem:
    """Return a small problem in which each of `SWITCHES` is on with probability `share`.

    Parameters
    ----------
    seed
        The same seed gives the same problem.
    n_loads, n_vehicles
        Rows of both tables.
    share
        Probability of each switch.
    switches
        Exactly these are on, instead of drawn ones.
    """
    maker = _Maker(seed, n_loads, n_vehicles)
    drawn = maker.rng.random(len(SWITCHES)) < share
    on = {name for name, is_on in zip(SWITCHES, drawn, strict=True) if is_on}
    maker.on = on if switches is None else set(switches)
    return maker.problem()


class _Maker:
    """One problem under construction."""

    def __init__(self, seed: int, n_loads: int, n_vehicles: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.n_loads, self.n_vehicles = n_loads, n_vehicles
        self.on: set[str] = set()

    def pick(self, values: Sequence[Any], n: int | None = None) -> Any:
        """Return one of `values`, or a list of `n` of them."""
        if n is None:
            return values[int(self.rng.integers(len(values)))]
        return [values[int(row)] for row in self.rng.integers(len(values), size=n)]

    def chance(self, share: float) -> bool:
        """Return True with this probability."""
        return bool(self.rng.random() < share)

    def chances(self, share: float) -> Bools:
        """Return one chance per load."""
        return np.asarray(self.rng.random(self.n_loads) < share)

    def moments(self, hours: Sequence[float]) -> list[int]:
        """Return moments from hours of the day, on the grid."""
        return [START_S + round(hour * HOUR_S / STEP_S) * STEP_S for hour in hours]

    def problem(self) -> Problem:
        """Return the finished problem."""
        self.n_depots = 2 if self.on & {"two_depots", "both_depots"} else 1
        depot_places, home = list(range(self.n_depots)), self.n_depots
        self.n_fixed = self.n_depots + 2
        self.pair = self.rng.permutation(self.n_loads)[:2].tolist()
        loads = self._loads()
        vehicles = self._vehicles(home)
        return made(
            Problem,
            horizon_from_s=START_S,
            horizon_to_s=START_S + N_HOURS * HOUR_S,
            class_names=CLASSES,
            group_names=("food", "feed", "odorous"),
            group_conflicts=[[0, 1, 1], [1, 0, 0], [1, 0, 0]],
            carrier_names=("own", "hired"),
            travel=self._travel(),
            depots=self._depots(depot_places),
            docks=self._docks(),
            vehicles=vehicles,
            compartments=self._compartments(),
            loads=loads,
            rules=self._rules(),
            **self._extras(loads),
        )

    def _travel(self) -> Travel:
        n_places = self.n_fixed + self.n_loads
        points = self.rng.integers(-7, 8, (n_places, 2))
        points[: self.n_fixed] = self.rng.integers(-1, 2, (self.n_fixed, 2))
        steps = np.abs(points[:, None, :] - points[None, :, :]).sum(axis=2)
        percents = [self.pick((100, 100, 50)) for _ in range(N_HOURS)]
        return made(
            Travel,
            refs=[f"place-{row}" for row in range(n_places)],
            distance_m=steps * 5_000,
            duration_s=steps * STEP_S,
            **({"hour_percent": percents} if "hours" in self.on else {}),
        )

    def _depots(self, places: list[int]) -> Depots:
        rows = [depot for depot in places for _ in range(2)]
        hours = [(0, 9), (10, 20)] if self.chance(0.3) else [(0, 12), (12, 24)]
        n = self.n_depots
        return made(
            Depots,
            refs=[f"depot-{row}" for row in places],
            place=places,
            opening_depot=rows,
            opening_from_s=self.moments([hours[row % 2][0] for row in range(len(rows))]),
            opening_to_s=self.moments([hours[row % 2][1] for row in range(len(rows))]),
            setup_s=self.pick((300, 600), n),
            per_pallet_s=self.pick((0, 300), n),
        )

    def _docks(self) -> Docks:
        n = 1 if "few_docks" in self.on else 4
        depot = [row for row in range(self.n_depots) for _ in range(n)]
        masks = [
            0b111 if row % n == 0 else self.pick((0b111, 0b110, 0b011)) for row in range(len(depot))
        ]
        busy = [dock for dock in range(len(depot)) if "busy" in self.on]
        starts = self.rng.integers(2, 8, len(busy)).tolist()
        return made(
            Docks,
            refs=[f"dock-{row}" for row in range(len(depot))],
            depot=depot,
            class_mask=masks,
            busy_dock=busy,
            busy_from_s=self.moments(starts),
            busy_to_s=self.moments([start + 1 for start in starts]),
        )

    def _vehicles(self, home: int) -> Vehicles:
        n = self.n_vehicles
        shift_from = self.rng.integers(0, 3, n)
        carrier = self.pick((0, 0, 1), n) if self.on & {"carriers", "away"} else [0] * n
        return made(
            Vehicles,
            refs=[f"vehicle-{row}" for row in range(n)],
            carrier=carrier,
            home_place=[home] * n,
            may_end_away=[bool(row) and "away" in self.on for row in carrier],
            max_kg=self.pick((8_000, 12_000), n),
            fixed_fen=self.pick((5_000, 12_000, 20_000), n),
            per_km_fen=self.pick((150, 200, 300), n),
            per_hour_fen=self.pick((3_600, 7_200), n),
            shift_from_s=self.moments(shift_from.tolist()),
            shift_to_s=self.moments((shift_from + self.rng.integers(10, 20, n)).tolist()),
            max_duration_s=self.pick((8 * HOUR_S, 14 * HOUR_S), n),
            **self._vehicle_terms(home),
        )

    def _vehicle_terms(self, home: int) -> dict[str, Any]:
        """Return the columns of the vehicles whose switches are on."""
        choices: dict[str, tuple[str, Sequence[Any]]] = {
            "elsewhere": ("start_place", (home, home + 1)),
            "units": ("n_units", (1, 2)),
            "trips": ("max_trips", (1, 2)),
            "drivers": ("n_drivers", (1, 2)),
            "toll": ("toll_per_km_fen", (0, 45)),
            "overtime": ("overtime_after_s", (4 * HOUR_S, 8 * HOUR_S)),
            "contracts": ("contract", (-1, 0, 0, 1)),
            "closures": ("is_restricted", (True, True, False)),
        }
        n = self.n_vehicles
        terms = {name: self.pick(v, n) for k, (name, v) in choices.items() if k in self.on}
        if "overtime" in self.on:
            terms["overtime_per_hour_fen"] = [3_000] * n
        return terms

    def _compartments(self) -> Compartments:
        rows: list[tuple[int, int, int, int, int]] = []
        for vehicle in range(self.n_vehicles):
            body = self.pick(("one", "two", "three"))
            if "layouts" in self.on and body != "one":
                rows += [(vehicle, 5, 0b111, 0, 8_000), (vehicle, 4, 0b110, 0, 8_000)]
                rows += [(vehicle, 7, 0b111, 1, 9_000), (vehicle, 2, 0b110, 1, 3_000)]
                if body == "three":
                    rows.append((vehicle, 9, 0b111, 2, 12_000))
            elif body == "one":
                rows.append((vehicle, 8, self.pick((0b111, 0b110, 0b111)), 0, 12_000))
            else:
                rows += [(vehicle, 6, 0b011, 0, 6_000), (vehicle, 4, 0b110, 0, 6_000)]
        more: dict[str, Any] = {}
        if "climate" in self.on:
            more["start_dc"] = self.pick((-32768, -60, 60), len(rows))
        vehicles, pallets, masks, layouts, kg = zip(*rows, strict=True)
        return made(
            Compartments,
            refs=[f"bay-{row}" for row in range(len(rows))],
            vehicle=vehicles,
            max_pallets=pallets,
            max_l=[2_000 * n for n in pallets],
            max_kg=kg,
            class_mask=masks,
            layout=layouts,
            **more,
        )

    def _loads(self) -> Loads:
        n, rng = self.n_loads, self.rng
        pickup_from = rng.integers(0, 6, n)
        delivery_from = pickup_from + rng.integers(0, 7, n) + self.pick((0, 0.5), n)
        pallets = rng.integers(1, 6, n)
        more: dict[str, Any] = {}
        if "release" in self.on:
            more["release_s"] = self.moments((pickup_from + rng.integers(-1, 3, n)).tolist())
        out = self.chances(0.25) & ("locked_out" in self.on)
        lock = np.where(self.chances(0.4), rng.integers(0, self.n_vehicles, n), -1)
        if "together" in self.on:
            lock[self.pair] = -1
        if "vehicle_lock" in self.on:
            more["vehicle_lock"] = np.where(out, -1, lock)
        if "locked_out" in self.on:
            more["is_locked_out"] = out
        if "sequence" in self.on:
            more["sequence_group"] = np.where(self.chances(0.7), 0, -1)
            more["sequence_rank"] = rng.permutation(n)
        if "exclusive" in self.on:
            more["exclusive_group"] = self.pick((-1, -1, 0), n)
        return made(
            Loads,
            refs=[f"load-{row}" for row in range(n)],
            depot=rng.integers(0, self.n_depots, n),
            place=[self.n_fixed + row for row in range(n)],
            temperature_class=self.pick((0, 1, 1, 2), n),
            group=self.pick((0, 0, 0, 1, 2), n) if "groups" in self.on else [0] * n,
            weight_kg=pallets * self.pick((300, 600, 900)),
            volume_l=pallets * self.pick((1_000, 1_800)),
            n_pallets=pallets,
            pickup_from_s=self.moments(pickup_from.tolist()),
            pickup_to_s=self.moments((pickup_from + rng.integers(3, 9, n)).tolist()),
            delivery_from_s=self.moments(delivery_from.tolist()),
            delivery_to_s=self.moments((delivery_from + self.pick((0.5, 1, 2, 4, 8), n)).tolist()),
            service_s=self.pick((300, 600, 1_200, 1_800), n),
            priority=self.pick((1, 1, 2), n),
            price_fen=self.pick((9_000, 30_000, 400_000, 400_000), n),
            carrier_mask=self.pick((0b11, 0b11, 0b01), n) if "carriers" in self.on else [0b11] * n,
            **more,
        )

    def _rules(self) -> Rules:
        more: dict[str, int] = {"loading_setup_s": 600, "loading_per_pallet_s": 300}
        if "short_law" in self.on:
            more["max_driving_s"] = self.pick((3_600, 5_400))
        if "daily" in self.on:
            more |= {"max_daily_driving_s": self.pick((7_200, 10_800)), "daily_rest_s": 10_800}
        if "both_depots" in self.on:
            more["max_loading_depots"] = 2
        if "change" in self.on:
            more |= {
                "change_vehicle_fen": self.pick((0, 4_000)),
                "change_trip_fen": self.pick((0, 2_000)),
                "change_quarter_fen": self.pick((0, 300)),
            }
        return Rules(**more)

    def _extras(self, loads: Loads) -> dict[str, Any]:
        makers: dict[str, Callable[[], Any]] = {
            "mixing": self._class_mixes,
            "climate": self._climate,
            "windows": lambda: self._windows(loads),
            "closures": self._closures,
            "contracts": self._contracts,
            "change": lambda: self._previous(loads),
        }
        names = {"mixing": "class_mixes", "change": "previous"}
        extras = {names.get(k, k): make() for k, make in makers.items() if k in self.on}
        if self.on & {"together", "apart"} and self.n_loads > 1:
            extras["affinities"] = self._affinities()
        return extras

    def _class_mixes(self) -> Bools:
        mixes = np.eye(len(CLASSES), dtype=np.bool_)
        for first, second in ((0, 1), (1, 2)):
            mixes[first, second] = mixes[second, first] = self.pick((True, False))
        return mixes

    def _climate(self) -> Climate:
        ambient = [round((20 + 14 * np.sin((h - 6) / 24 * 2 * np.pi)) * 10) for h in range(N_HOURS)]
        return made(
            Climate,
            class_set_dc=SET_DC,
            class_budget_cmin=[round(b * self.pick((0.7, 1.0))) for b in BUDGET_CMIN],
            ambient_dc=[dc // 30 * 30 for dc in ambient],
        )

    def _windows(self, loads: Loads) -> Windows:
        rows = [row for row in range(self.n_loads) if self.chance(0.5)]
        spans = []
        for row in rows:
            from_s, to_s = int(loads.delivery_from_s[row]), int(loads.delivery_to_s[row])
            quarter_s = (to_s - from_s) // 4 // STEP_S * STEP_S
            spans += [(row, from_s, from_s + quarter_s), (row, to_s - quarter_s, to_s)]
        return made(
            Windows,
            load=[row for row, _, _ in spans],
            from_s=[from_s for _, from_s, _ in spans],
            to_s=[to_s for _, _, to_s in spans],
        )

    def _closures(self) -> Closures:
        places = [self.n_fixed + row for row in range(self.n_loads) if self.chance(0.6)]
        starts = self.rng.integers(1, 9, len(places))
        ends = starts + self.rng.integers(1, 4, len(places))
        return made(
            Closures,
            place=places,
            from_s=self.moments(starts.tolist()),
            to_s=self.moments(ends.tolist()),
        )

    def _contracts(self) -> Contracts:
        least = self.pick((0, 1, 2), 2)
        return made(
            Contracts,
            refs=["contract-0", "contract-1"],
            min_trips=least,
            max_trips=[self.pick((-1, n, n + 1)) for n in least],
            short_fen=self.pick((0, 3_000, 30_000), 2),
        )

    def _affinities(self) -> Affinities:
        first, second = self.pair
        rows = [(first, second, "together" in self.on)]
        if {"together", "apart"} <= self.on and self.n_loads > 2:  # noqa: PLR2004
            third = next(row for row in range(self.n_loads) if row not in {first, second})
            rows.append((first, third, False))
        return made(
            Affinities,
            first=[row[0] for row in rows],
            second=[row[1] for row in rows],
            is_together=[row[2] for row in rows],
        )

    def _previous(self, loads: Loads) -> Previous:
        rows = [row for row in range(self.n_loads) if self.chance(0.7)]
        vehicles = self.rng.integers(0, self.n_vehicles, len(rows))
        return made(
            Previous,
            load=rows,
            vehicle=vehicles,
            trip=vehicles,
            start_s=[int(loads.delivery_from_s[row]) for row in rows],
        )
