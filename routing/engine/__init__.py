"""The pure planner: a `Problem` of integers goes in, a checked and explained `Solution` comes out."""
