"""The doors of the top floor for machines: loads, trips, stops and plans."""
