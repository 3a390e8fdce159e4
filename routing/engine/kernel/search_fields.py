"""Names of the columns in the search's tables: a row of a table is one block of memory.

Few wide tables compile and run faster than many arrays: a load's figures are neighbors in memory.
"""

from typing import Any

import numpy as np

whole: Any = np.int64
"""whole(0) is a number like any other; for a bare 0 numba compiles a copy of what is called with it."""

FAR = 1 << 60
"""More than any cost and any moment: a thing that is not possible."""

# One row a load.
(
    L_DEPOT,
    L_PLACE,
    L_CLASS,
    L_GROUP,
    L_KG,
    L_L,
    L_PALLETS,
    L_READY,
    L_PICKUP_TO,
    L_FROM,
    L_TO,
    L_SERVICE,
    L_LEFT_FEN,
    L_SEQUENCE,
    L_RANK,
    L_UNIT,
    L_OLD_KIND,
    L_OLD_TRIP,
    L_OLD_START,
    N_LOAD,
) = range(20)

# One row a unit: a load, or loads that must stay together.
U_FIRST, U_N, U_PALLETS, U_KG, U_L, U_CLASSES, U_DEPOT, U_LEFT_FEN, N_UNIT = range(9)

# One row a vehicle kind.
(
    K_N_UNITS,
    K_N_TRIPS,
    K_START,
    K_HOME,
    K_IS_AWAY,
    K_FROM,
    K_LIMIT,
    K_KG,
    K_PALLETS,
    K_L,
    K_N_BAYS,
    K_CONTRACT,
    K_PER_KM,
    K_FIXED,
    K_MAX_DRIVING,
    K_FIRST_UNIT,
    N_KIND,
) = range(17)

# One row a depot, a contract.
D_PLACE, D_SETUP, D_PER_PALLET, D_DOCK, D_N_DOCKS, D_OPEN, D_N_OPEN, N_DEPOT = range(8)
C_MIN, C_MAX, C_SHORT_FEN = range(3)

# Figures of the whole problem.
(
    G_MAX_DEPOTS,
    G_TURNAROUND,
    G_DAILY_REST,
    G_CHANGE_VEHICLE,
    G_CHANGE_TRIP,
    G_CHANGE_QUARTER,
    G_HAS_PREVIOUS,
    G_HOPELESS_FEN,
    G_MAX_SHORT_FEN,
    N_FIGURES,
) = range(10)

# One row a trip's slot.
(
    T_KIND,
    T_N,
    T_COST,
    T_EARLIEST,
    T_LATEST,
    T_BEST,
    T_LOADING,
    T_DURATION,
    T_LEAD,
    T_DISTANCE,
    T_DRIVE,
    T_N_DEPOTS,
    T_DEPOT,
    T_DEPOT_2,
    T_DEPOT_3,
    T_LOADING_1,
    T_LOADING_2,
    T_LOADING_3,
    T_CLASSES_1,
    T_CLASSES_2,
    T_CLASSES_3,
    T_PALLETS,
    T_KG,
    T_L,
    T_CLASSES,
    T_PICKUP_FROM,
    T_PICKUP_TO,
    T_LEFT_FEN,
    T_HASH,
    T_SET_HASH,
    T_IS_UNDOCKED,
    T_DOCKED_AT,
    N_TRIP,
) = range(33)

# Counters of the state.
(
    S_STEP,
    S_N_ACTIVE,
    S_N_FREE,
    S_N_LEFT,
    S_N_TOUCHED,
    S_TRIPS_FEN,
    S_LEFT_FEN,
    S_N_OVER,
    S_N_MULTI,
    S_IS_GLOBAL,
    S_CURRENT_FEN,
    S_BEST_FEN,
    S_BEST_TRIPS,
    S_N_POOL,
    S_N_ACCEPTED,
    S_N_HITS,
    S_N_MISSES,
    S_SLOT,
    S_KIND,
    S_PLACE,
    S_SECOND_FEN,
    N_COUNTERS,
) = range(22)
