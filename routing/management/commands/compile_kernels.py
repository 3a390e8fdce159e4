"""`manage.py compile_kernels`: compile the planner's kernels once, for every process that plans later."""

import time
from multiprocessing import get_context
from typing import Any

from django.core.management.base import BaseCommand

from routing.engine.kernel.warm_up import compile_judge, compile_search
from routing.engine.warm_up import warm_up, warm_up_plain


class Command(BaseCommand):
    help = (
        "Compile the planner's kernels and keep them on disk; quick where they are there already."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.perf_counter()
        # The search is compiled beside the judge of its trips: half the wait on two cores.
        beside = get_context("spawn").Process(target=compile_search)
        beside.start()
        compile_judge()
        warm_up_plain()
        beside.join()
        warm_up()
        self.stdout.write(f"kernels are ready ({time.perf_counter() - start:.1f} s)")
