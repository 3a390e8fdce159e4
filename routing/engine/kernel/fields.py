"""Names of the columns and rows of the kernel's arrays; they are compiled in as plain numbers.

`Data.book` holds the whole problem, one thing a row: row i < n_loads is load i; kinds, compartments,
depots and the rest follow where the last row, the head, says. Columns that end in `_AT` and `_END`
name rows of the book. `Work.desk` holds what is worked out for the trip in hand, in the same way.
"""

# A load. Deliveries may start in the spans that `OPEN_…` names; the second set holds for vehicles
# that city closures bind.
DEPOT, PLACE, CLASS, GROUP, KG, LITERS, PALLETS = range(7)
PICKUP_FROM, PICKUP_TO, SERVICE, CARRIERS, LEFT_FEN = range(7, 12)
LOCKED_OUT, LOCK_KIND, SEQUENCE, RANK, EXCLUSIVE, TOGETHER, N_TOGETHER = range(12, 19)
APART_AT, APART_END = range(19, 21)
OPEN_FROM, OPEN_TO, OPEN_AT, OPEN_END = range(21, 25)
RESTRICTED_FROM, RESTRICTED_TO, RESTRICTED_AT, RESTRICTED_END = range(25, 29)
N_OPEN = RESTRICTED_FROM - OPEN_FROM

# A kind of vehicles.
CARRIER, START, HOME, ENDS_AWAY, MAX_KG, IS_RESTRICTED = range(6)
FIXED_FEN, PER_KM_FEN, TOLL_FEN, PER_HOUR_FEN, OVERTIME_FEN, OVERTIME_AFTER = range(6, 12)
READY, LIMIT, MAX_DURATION, MAX_DRIVING, MAX_DAILY = range(12, 17)
BAY_AT, BAY_END, N_UNITS, MAX_TRIPS, CONTRACT = range(17, 22)
N_KIND = 22

# A compartment of a kind; those of one layout stand side by side.
BAY_PALLETS, BAY_LITERS, BAY_KG, BAY_CLASSES, LAYOUT, START_DC, BAY_ROW = range(7)
N_BAY = 7

# A depot; an opening, or a span of starts; a dock; a load to keep apart from.
DEPOT_PLACE, SETUP, PER_PALLET, OPENING_AT, OPENING_END, DOCK_AT, DOCK_END = range(7)
N_DEPOT = 7
SPAN_FROM, SPAN_TO = range(2)
DOCK_CLASSES = 0
APART_LOAD = 0

# A temperature class: the classes it may share a compartment with, its set-point and its budget in
# 0.1 °C × seconds. A group: the groups it conflicts with. An hour of the horizon: air and speed.
MIX, SET_POINT, CLASS_BUDGET = range(3)
CONFLICT = 0
AIR, SPEED = range(2)

# The head, the last row.
HORIZON_FROM, REST, DAILY_REST, MAX_DEPOTS, PRECOOL_RATE, MIN_SPEED = range(6)
HAS_PAIRS, HAS_CLIMATE, N_AIRS, N_SPEEDS, N_LOADS, N_KINDS = range(6, 12)
KIND_AT, BAYS_AT, DEPOT_AT, CLASS_AT, GROUP_AT, HOUR_AT = range(12, 18)
BOOK_WIDTH = 29

# Rows of the desk: figures of the trip in hand; of one start; the starts that hold; the depots of
# the trip, three at most; then its lines, the first at `LINES`.
TRIP, FOUND, SPREAD, ORIGINS = range(4)
LINES = 8

# The row `TRIP`.
LEAD_LEG, LEAD_DRIVE, LEAD_DRIVEN, LEAD_DAILY, FIRST_LOADING = range(5)
PRECOOL_DC, PRECOOL_SET, METERS, N_STOPS = range(5, 9)
HAS_SPANS, HAS_HEAT, MAY_REST, LEAD_VARIES = range(9, 13)
BACK_AT, PART_AT, BACK_PART_AT, FIRST_AT, USE_AT, REST_AT, REST_END = range(13, 20)

# The row `FOUND`: the trip from one start of loading.
AT_END, AT_LEAD, AT_WAITED, AT_ARRIVAL, AT_DRIVEN, AT_DAILY, AT_LEAVES, N_RESTS = range(8)

# The row `SPREAD`.
SOONEST, LATEST_OK, SHORTEST, BEST_START, BEST_LEAD = range(5)

# A depot of the trip.
ORIGIN, ORIGIN_PALLETS, ORIGIN_CLASSES, ORIGIN_FROM, ORIGIN_TO, ORIGIN_LOAD, ORIGIN_S = range(7)
N_ORIGIN = 7

# A line: stop i of what follows the first loading (more loadings, deliveries, home), and load i.
LEG, STAY, FROM, TO, PARTS_AT, PARTS_END, BEGINS, LATEST_START = range(8)
ORDER, BAY_OF, UNDO_CLASSES, UNDO_GROUPS, N_LABELS = range(8, 13)
T_ARRIVES, T_STARTS, T_ENDS, T_DEPARTS, T_LEG, T_METERS = range(13, 19)

# A compartment in use; a rest.
USED_PALLETS, USED_LITERS, USED_KG, USED_CLASSES, USED_GROUPS, SET_DC, BUDGET, HEAT = range(8)
R_LEG, R_ON_ROAD, R_FROM, R_TO = range(4)
DESK_WIDTH = 20

# A label: one way to have come through the trip so far.
ENDS, DRIVEN, SINCE, DAILY, DEPARTS, ARRIVES, STARTS, DRIVEN_BEFORE, DAILY_BEFORE = range(9)
PARENT, WAITED = range(9, 11)
N_LABEL = 11
