"""Synthetic fleets and days: hard but possible work for the planner, the same for the same seed."""
