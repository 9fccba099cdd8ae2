"""Measures how fast the tiers record, beside CPython and beside CPython with an empty hook for each instruction.

    python tests/benchmarks/tiers.py [--quick] [--write] [PROGRAM...]

The four ways take turns within one process, CPU time is measured, and the best of several rounds counts. The native
tier records less of each program, once: its steps are lines, and take as long as the program holds much. `--write`
keeps the table that the documentation shows.
"""

import argparse
import gc
import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, FrameType

import attrs
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from calcharo_vm import TracerConfig, execute_and_trace
from tests.benchmarks.results import add_write_option, show
from tests.benchmarks.run import PROGRAMS, SIZES, namespace

RESULTS = "tiers-speed.txt"
QUICK = 8
LESS = 20
"""How much less the native tier is given to record."""
_TOOL = 4


@attrs.frozen
class Measurement:
    """What was measured of one program: its steps, and the seconds that each way takes; of lines, those of one."""

    name: str
    steps: int
    native: float
    hook: float
    interpreter: float
    compiled: float
    line: float


def main() -> None:
    """Measures the programs named on the command line, or all."""
    parser = argparse.ArgumentParser(description="Measure how fast the tiers record.")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"some of: {' '.join(SIZES)}")
    parser.add_argument("--quick", action="store_true", help="an eighth of the work, one round")
    add_write_option(parser)
    options = parser.parse_args()
    found = []
    for name in options.programs or SIZES:
        found.append(measure(name, max(1, SIZES[name] // (QUICK if options.quick else 1)), 1 if options.quick else 3))
        print(f"{name} measured", file=sys.stderr)
    show([table_of(found), *means(found)], RESULTS if options.write else None, width=120)


def measure(name: str, size: int, rounds: int) -> Measurement:
    """Runs one program in the four ways, in turns."""
    path = PROGRAMS / f"{name}.py"
    text = path.read_text(encoding="utf-8")

    def code() -> CodeType:
        return compile(text, str(path), "exec")  # anew: a hook leaves its mark

    ways: dict[str, list[float]] = {"native": [], "hook": [], "interpreter": [], "compiled": []}
    steps = 0
    for _ in range(rounds):
        ways["native"].append(timed(lambda: exec(code(), namespace(size))))
        ways["hook"].append(timed(lambda: with_hook(code(), namespace(size))))
        for tier in ("interpreter", "compiled"):
            taken, steps = recording(code(), tier, size)
            ways[tier].append(taken)
    taken, lines = recording(code(), "native", max(1, size // LESS))
    native, hook, interpreter, compiled = (min(times) for times in ways.values())
    return Measurement(name, steps, native, hook, interpreter, compiled, taken / lines)


def timed(work: Callable[[], object]) -> float:
    """Returns the CPU time the work takes, starting without garbage."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def recording(code: CodeType, tier: str, size: int) -> tuple[float, int]:
    """Returns the CPU time that recording takes, all of it, and the number of steps."""
    config = TracerConfig(optimization=tier, code_cache=False)  # each run makes its code itself
    gc.collect()
    start = time.process_time()
    found = execute_and_trace(code, config, globals=namespace(size))
    taken = time.process_time() - start
    found.raise_for_outcome()
    return taken, len(found)


def with_hook(code: CodeType, values: dict[str, object]) -> None:
    """Runs a program natively while an empty function is called for each instruction."""
    if not hasattr(sys, "monitoring"):
        sys.settrace(_traced)  # type: ignore[arg-type] # it returns a function of the same form
        try:
            exec(code, values)
        finally:
            sys.settrace(None)
        return
    monitoring = sys.monitoring  # type: ignore[attr-defined, unused-ignore] # since 3.12
    monitoring.use_tool_id(_TOOL, "empty")
    monitoring.register_callback(_TOOL, monitoring.events.INSTRUCTION, _empty)
    monitoring.set_events(_TOOL, monitoring.events.INSTRUCTION)
    try:
        exec(code, values)
    finally:
        monitoring.set_events(_TOOL, 0)
        monitoring.register_callback(_TOOL, monitoring.events.INSTRUCTION, None)
        monitoring.free_tool_id(_TOOL)


def _empty(_code: CodeType, _offset: int) -> None:
    """Is called for each instruction."""


def _traced(frame: FrameType, _event: str, _argument: object) -> object:
    frame.f_trace_opcodes, frame.f_trace_lines = True, False
    return _nothing


def _nothing(_frame: FrameType, _event: str, _argument: object) -> object:
    return _nothing


def table_of(measurements: Sequence[Measurement]) -> Table:
    """Returns the measurements as a table."""
    table = Table("program", title=f"CPython {sys.version.split()[0]}", title_justify="left")
    for heading in (
        "steps",
        "native ns",
        "hook ns",
        "interpreter ns",
        "compiled ns",
        "M steps/s",
        "x hook",
        "x native",
        "line us",
    ):
        table.add_column(heading, justify="right")
    for m in measurements:
        each = (f"{seconds / m.steps * 1e9:.1f}" for seconds in (m.native, m.hook, m.interpreter, m.compiled))
        speed, ratios = m.steps / m.compiled / 1e6, (m.compiled / m.hook, m.compiled / m.native)
        shown = (*(f"{ratio:.1f}" for ratio in ratios), f"{m.line * 1e6:.0f}")
        table.add_row(m.name, f"{m.steps:,}", *each, f"{speed:.2f}", *shown)
    return table


def means(measurements: Sequence[Measurement]) -> list[str]:
    """Returns the geometric means of the ratios, and what is asked for beside them."""
    ratios = {
        "interpreter : compiled": [m.interpreter / m.compiled for m in measurements],
        "compiled : hook (asked: 1 at most)": [m.compiled / m.hook for m in measurements],
        "compiled : native (asked: 12 at most)": [m.compiled / m.native for m in measurements],
    }
    return [
        f"{what}: geometric mean {math.exp(sum(map(math.log, found)) / len(found)):.1f}, most {max(found):.1f}"
        for what, found in ratios.items()
    ]


if __name__ == "__main__":
    main()
