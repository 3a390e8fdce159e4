"""The manners of the admin on all floors: its site, and how staff tables are listed and edited."""
