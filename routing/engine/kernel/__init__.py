"""Compiled judgment of trips: a problem as arrays, and the rules of one trip as small functions."""
