"""Measurements that print their figures beside the goal and what they are compared with."""
