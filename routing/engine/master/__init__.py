"""Set partitioning by OR-Tools: which columns of a pool cover each row once at the least cost."""
