#!/usr/bin/env python3
"""Measures what a run of `1+1` takes in a worker, from the call to the recording.

    python tests/benchmarks/isolation.py [RUNS]

warm: a worker waits. next: none does, as right after another run, and one is forked. first: there is no zygote yet.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.isolation import pool

SECONDS_TO_GET_READY = 0.25


def measured(runs: int, before: Callable[[], object], config: TracerConfig) -> list[float]:
    """Returns what runs take, in milliseconds, each after something else."""
    found = []
    for _ in range(runs):
        before()
        started = time.perf_counter()
        execute_and_trace("1+1", config)
        found.append((time.perf_counter() - started) * 1000)
    return sorted(found)


def drop_waiting() -> None:
    """Lets the workers that wait go, so that the next run has none."""
    time.sleep(SECONDS_TO_GET_READY)
    for zygote in pool._zygotes.values():
        while zygote._waiting:
            zygote._waiting.pop().close()
    time.sleep(SECONDS_TO_GET_READY)


def main() -> None:
    """Prints a table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(f"CPython {sys.version.split()[0]}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; milliseconds")
    print(f"{'isolation':10} {'':6} {'median':>8} {'least':>8} {'most':>8}")
    for isolation in ("worker", "isolated"):
        config = TracerConfig(isolation=isolation)
        rows = {
            "first": measured(3, pool.close_pool, config),
            "next": measured(runs, drop_waiting, config),
            "warm": measured(runs, lambda: time.sleep(SECONDS_TO_GET_READY), config),
        }
        for name, found in rows.items():
            print(f"{isolation:10} {name:6} {statistics.median(found):8.1f} {found[0]:8.1f} {found[-1]:8.1f}")


if __name__ == "__main__":
    main()
