"""Names of the columns of the kernel's arrays; they are compiled in as plain numbers."""

# Columns of `Data.load`, one row a load. Deliveries may start in the spans that `OPEN_…` names; the
# second set holds for vehicles that city closures bind.
DEPOT, PLACE, CLASS, GROUP, KG, LITERS, PALLETS = range(7)
PICKUP_FROM, PICKUP_TO, SERVICE, CARRIERS, LEFT_FEN = range(7, 12)
LOCKED_OUT, LOCK_KIND, SEQUENCE, RANK, EXCLUSIVE, TOGETHER = range(12, 18)
APART_AT, APART_END = range(18, 20)
OPEN_FROM, OPEN_TO, OPEN_AT, OPEN_END = range(20, 24)
RESTRICTED_FROM, RESTRICTED_TO, RESTRICTED_AT, RESTRICTED_END = range(24, 28)
N_LOAD = 28
N_OPEN = RESTRICTED_FROM - OPEN_FROM

# Columns of `Data.kind`, one row a kind of vehicles.
CARRIER, START, HOME, ENDS_AWAY, MAX_KG, IS_RESTRICTED = range(6)
FIXED_FEN, PER_KM_FEN, TOLL_FEN, PER_HOUR_FEN, OVERTIME_FEN, OVERTIME_AFTER = range(6, 12)
READY, LIMIT, MAX_DURATION, MAX_DRIVING, MAX_DAILY = range(12, 17)
BAY_AT, BAY_END, N_UNITS, MAX_TRIPS, CONTRACT = range(17, 22)
N_KIND = 22

# Columns of `Data.bay`, one row a compartment of a kind, those of one layout side by side.
BAY_PALLETS, BAY_LITERS, BAY_KG, BAY_CLASSES, LAYOUT, START_DC, BAY_ROW = range(7)
N_BAY = 7

# Columns of `Data.depot`.
DEPOT_PLACE, SETUP, PER_PALLET, OPENING_AT, OPENING_END, DOCK_AT, DOCK_END = range(7)
N_DEPOT = 7

# Values of `Data.rule`.
HORIZON_FROM, REST, DAILY_REST, MAX_DEPOTS, PRECOOL_RATE, MIN_PERCENT = range(6)
HAS_PAIRS, HEAT_CLASSES = range(6, 8)
N_RULE = 8

# Columns of `Work.use`, one row a compartment being filled.
USED_PALLETS, USED_LITERS, USED_KG, USED_CLASSES, USED_GROUPS = range(5)
N_USE = 5

# Columns of `Work.heat`, one row a compartment in use.
SET_DC, BUDGET, HEAT = range(3)
N_HEAT = 3

# Columns of `Work.origin`, one row a depot of the trip.
ORIGIN, ORIGIN_PALLETS, ORIGIN_CLASSES, ORIGIN_FROM, ORIGIN_TO, ORIGIN_LOAD, ORIGIN_S = range(7)
N_ORIGIN = 7

# Columns of `Work.stop`: what follows the first loading: more loadings, deliveries, home.
LEG, STAY, FROM, TO, SPAN_AT, SPAN_END = range(6)
N_STOP = 6

# Columns of `Work.label`: one way to have come through the trip so far.
ENDS, DRIVEN, SINCE, DAILY, DEPARTS, ARRIVES, STARTS, DRIVEN_BEFORE, DAILY_BEFORE = range(9)
PARENT, WAITED = range(9, 11)
N_LABEL = 11

# Columns of `Work.table`: one row a stop of the timetable, and of `Work.rest`.
T_ARRIVES, T_STARTS, T_ENDS, T_DEPARTS, T_LEG, T_METERS = range(6)
N_TABLE = 6
R_LEG, R_ON_ROAD, R_FROM, R_TO = range(4)
N_REST = 4

# Values of `Work.trip`: what the times of the trip in hand depend on.
LEAD_LEG, LEAD_DRIVE, LEAD_DRIVEN, LEAD_DAILY, FIRST_LOADING = range(5)
PRECOOL_DC, PRECOOL_SET, METERS, N_STOPS = range(5, 9)
HAS_SPANS, HAS_HEAT, MAY_REST, LEAD_VARIES = range(9, 13)
N_TRIP = 13

# What `judge_start` found, in `Work.found`: the trip from one start of loading.
AT_END, AT_LEAD, AT_WAITED, AT_ARRIVAL, AT_DRIVEN, AT_DAILY, AT_LEAVES = range(7)
N_FOUND = 7
