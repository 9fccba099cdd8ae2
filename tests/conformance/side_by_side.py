"""Traces the conformance programs one after another, then 16 at a time, and names those that differ.

    python -m tests.conformance.side_by_side            all of them
    python -m tests.conformance.side_by_side --share 4  a quarter, another one on each version

Every thread shares the process's standard streams, `sys.path`, recursion limit and hooks with the others.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

from calcharo_vm import Capture, TracerConfig, execute_and_trace
from tests.conformance.program import Program, programs_for, share

LEFT_OUT = (
    "annotation__eager",  # looks itself up as `__main__`, of which the process has one
    "async",
    "class__del",
    "exec_eval__",
    "import__",
    "introspection__",
    "known_breaker",
    "library__",
    "multiprocessing__",
    "program__",
    "recursion__",
    "signal__",
    "sys_exit__from",
    "threading__",
    "uncaught__thread",
    "weakref__",
)
"""Programs that are about what belongs to the process, or run for long."""
SHOWING_ADDRESSES = frozenset(
    {"exception__traceback_module_functions", "expression__operator_dunders", "function__argument_unpacking_order"}
)
PROGRAMS = [
    program
    for program in programs_for()
    if not program.name.startswith(LEFT_OUT)
    and program.name not in SHOWING_ADDRESSES
    and not (program.stdin or program.argv)
]
CONFIG = TracerConfig(capture=Capture(metrics=False))


def story(program: Program) -> object:
    """What a program did, step by step, and what it printed."""
    recording = execute_and_trace(program.path, CONFIG, stdin="")
    journal = recording.journal
    path = [journal.word(step) for step in range(len(recording))]
    return path, recording.stdout, recording.stderr, recording.outcome.status


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=int, default=1, help="into how many parts to divide the programs")
    parts: int = parser.parse_args().share
    programs = PROGRAMS if parts == 1 else share(PROGRAMS, parts)
    alone = [story(program) for program in programs]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(story, programs))
    differing = [program.name for program, one, other in zip(programs, alone, together, strict=True) if one != other]
    print(f"{len(programs)} programs, {len(differing)} differ", *differing)
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
