"""Measures whether the cost of recording a step stays the same as recordings grow.

    python tests/benchmarks/growth.py [--most STEPS] [--write] [PROGRAM...]

Each program is recorded at sizes that make ten thousand steps, ten times as many, and so on. CPU time is measured,
the best of several rounds of the small ones. Nothing is asserted.
"""

import argparse
import gc
import sys
import time
from pathlib import Path

from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from calcharo_vm import TracerConfig, execute_and_trace
from tests.benchmarks.results import add_write_option, show
from tests.benchmarks.run import PROGRAMS, SIZES, namespace

RESULTS = "growth.txt"
LEAST = 10_000
MOST = 10_000_000
TIERS = ("interpreter", "compiled")


def main() -> None:
    """Measures the programs named on the command line."""
    parser = argparse.ArgumentParser(description="Measure how the cost of a step grows.")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", default=["loop", "recursion", "methods"])
    parser.add_argument("--most", type=int, default=MOST, help="steps of the longest recording")
    add_write_option(parser)
    options = parser.parse_args()
    table = Table(
        "program", "tier", "steps", "steps/s", title=f"CPython {sys.version.split()[0]}", title_justify="left"
    )
    for name in options.programs:
        size = SIZES[name]
        steps_a_size = recorded(name, "compiled", size)[0] / size
        for tier in TIERS:
            steps = LEAST
            while steps <= options.most:
                rounds = 3 if steps < MOST // 10 else 1
                found = [recorded(name, tier, max(1, round(steps / steps_a_size))) for _ in range(rounds)]
                made, seconds = min(found, key=lambda each: each[1])
                table.add_row(name, tier, f"{made:,}", f"{made / seconds:,.0f}")
                steps *= 10
    show([table], RESULTS if options.write else None)


def recorded(name: str, tier: str, size: int) -> tuple[int, float]:
    """Records a program; returns its steps and the CPU seconds that takes."""
    path = PROGRAMS / f"{name}.py"
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    gc.collect()
    start = time.process_time()
    recording = execute_and_trace(code, TracerConfig(optimization=tier, code_cache=False), globals=namespace(size))
    taken = time.process_time() - start
    recording.raise_for_outcome()
    return len(recording), taken


if __name__ == "__main__":
    main()
