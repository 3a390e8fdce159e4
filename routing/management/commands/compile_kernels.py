"""`manage.py compile_kernels`: compile the planner's kernels once, for every process that plans later."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from routing.engine.warm_up import warm_up


class Command(BaseCommand):
    help = (
        "Compile the planner's kernels and keep them on disk; quick where they are there already."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.perf_counter()
        warm_up()
        self.stdout.write(f"kernels are ready ({time.perf_counter() - start:.1f} s)")
