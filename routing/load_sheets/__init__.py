"""Sheets of loads as dispatchers send them: columns, reading, checking row by row, writing back. No database."""
