"""Fleet, loads and plans: which vehicle carries what, in which order, by when."""
