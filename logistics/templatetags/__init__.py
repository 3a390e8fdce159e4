"""Template tags of all floors' pages."""
