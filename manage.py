#!/usr/bin/env python
"""The command line of the service: `python manage.py help` lists what it can do."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

NO_TABLES = ("no such table", "relation", "does not exist")


def main() -> None:
    """Run one command; a database without tables is named with what to do, not with a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "logistics.settings")
    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as error:
        words = str(error).partition("\n")[0]
        if NO_TABLES[0] in words or all(part in words for part in NO_TABLES[1:]):
            sys.exit(
                f"The database has no tables yet: run `make demo`, or `manage.py migrate`. ({words})"
            )
        raise


if __name__ == "__main__":
    main()
