"""The pages that combine all floors: today, a trip, planning."""
