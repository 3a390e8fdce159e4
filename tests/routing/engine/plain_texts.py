"""Small public instances as text, one of each family, for tests of readers, checkers and commands."""

COORDINATES = [(0, 0), (3, 4), (0, 10), (6, 8), (1, 1)]


def section(name: str, *values: object) -> list[str]:
    return [f"{name}_SECTION", *(f"{row} {value}" for row, value in enumerate(values, 1))]


def vrplib(family: str, *more: str, n_depots: int = 1, capacity: str = "CAPACITY : 10") -> str:
    """Return VRPLIB text of the five places above with demands 1, 2, 3 and 4 for the last four."""
    header = [line for line in more if " : " in line]
    sections = [line for line in more if " : " not in line]
    return "\n".join(
        [
            f"TYPE : {family}",
            f"NAME : tiny-{family.lower()}",
            f"DIMENSION : {len(COORDINATES)}",
            "EDGE_WEIGHT_TYPE : EUC_2D",
            *([capacity] if capacity else []),
            *header,
            *section("NODE_COORD", *(f"{x} {y}" for x, y in COORDINATES)),
            *section("DEMAND", *(max(0, row) for row in range(5))),
            *sections,
            "DEPOT_SECTION",
            *(str(depot) for depot in range(1, n_depots + 1)),
            "-1",
            "EOF",
        ]
    )


WINDOWS = section("TIME_WINDOW", "0 100", "5 50", "0 100", "0 100", "0 100")
SERVICE = ["SERVICE_TIME : 2"]

CVRP = vrplib("CVRP")
VRPTW = vrplib("VRPTW", "VEHICLES : 3", *SERVICE, *WINDOWS)
PCVRPTW = vrplib("PCVRPTW", "VEHICLES : 3", *SERVICE, *WINDOWS, *section("PRIZE", 0, 7, 0, 9, 1))
MTVRPTWR = vrplib(
    "MTVRPTWR",
    "VEHICLES : 2",
    *SERVICE,
    *WINDOWS,
    *section("RELEASE_TIME", 0, 0, 20, 0, 0),
    *section("VEHICLES_RELOAD_DEPOT", 1, 1),
    capacity="CAPACITY : 5",
)
HFVRP = vrplib(
    "HFVRP",
    "VEHICLES : 3",
    *section("CAPACITY", 6, 12, 6),
    *section("VEHICLES_FIXED_COST", 10, 20, 10),
    *section("VEHICLES_UNIT_DISTANCE_COST", 5, 7, 5),
    capacity="",
)
MDVRPTW = vrplib(
    "MDVRPTW",
    "VEHICLES : 4",
    "VEHICLES_MAX_DURATION : 60",
    *WINDOWS,
    *SERVICE,
    *section("VEHICLES_DEPOT", 1, 1, 2, 2),
    n_depots=2,
)
SOLOMON = """T101

VEHICLE
NUMBER     CAPACITY
  3         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0       0          0          0          0       100          0
    1       3          4          1          5        50          2
    2       0         10          2          0       100          2
    3       6          8          3          0       100          2
    4       1          1          4          0       100          2
"""
LI_LIM = """3 5 1
0 0 0 0 0 100 0 0 0
1 3 4 4 5 50 2 0 2
2 0 10 -4 0 100 2 1 0
3 6 8 3 0 100 2 0 4
4 1 1 -3 0 100 2 3 0
"""
ALL = {
    "CVRP": CVRP,
    "VRPTW": VRPTW,
    "PCVRPTW": PCVRPTW,
    "MTVRPTWR": MTVRPTWR,
    "HFVRP": HFVRP,
    "MDVRPTW": MDVRPTW,
    "PDPTW": LI_LIM,
}
