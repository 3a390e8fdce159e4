"""Writes random instances of our own, so that a measurement needs no file from elsewhere."""

import numpy as np

HORIZON, SERVICE, CAPACITY = 1000, 10, 200
SHARE_NARROW = 0.75


def random_vrptw(n_clients: int, seed: int) -> str:
    """Return Solomon text: a central depot, clients at random, three of four with narrow windows."""
    random = np.random.default_rng(seed)
    places = random.integers(0, 101, (n_clients + 1, 2))
    places[0] = 50, 50
    reach = np.ceil(np.hypot(*(places - places[0]).T)).astype(int)
    rows = [f"{0:5d} {50:5d} {50:5d} {0:5d} {0:6d} {HORIZON:6d} {0:5d}"]
    for client in range(1, n_clients + 1):
        first, last = int(reach[client]), HORIZON - SERVICE - int(reach[client])
        if random.random() < SHARE_NARROW:
            middle, half = int(random.integers(first, last + 1)), int(random.integers(15, 60))
            first, last = max(first, middle - half), min(last, middle + half)
        x, y = places[client]
        demand = int(random.integers(5, 31))
        rows.append(f"{client:5d} {x:5d} {y:5d} {demand:5d} {first:6d} {last:6d} {SERVICE:5d}")
    head = [f"RANDOM_{n_clients}_{seed}", "", "VEHICLE", "NUMBER CAPACITY"]
    columns = "CUST NO. XCOORD. YCOORD. DEMAND READY-TIME DUE-DATE SERVICE-TIME"
    fleet = f"{n_clients:5d} {CAPACITY:5d}"
    return "\n".join([*head, fleet, "", "CUSTOMER", columns, "", *rows, ""])
