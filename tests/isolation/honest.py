"""Honest programs in workers: their recordings are those of this process.

    python -m tests.isolation.honest [--isolation worker] [--parts N] [NAME...]

The programs are those of tests/conformance. They must hash alike here and there, so this process starts itself again
with a fixed seed.
"""

import argparse
import os
import re
import subprocess
import sys
import threading
import warnings
from collections import defaultdict
from collections.abc import Sequence

from calcharo_vm import CalcharoError, Recording, TracerConfig, execute_and_trace
from calcharo_vm.recording import Outcome
from tests.conformance.program import FOLDER, Program, programs_for

__all__ = ["DIFFERENT", "difference"]

_ANYWHERE = {
    "error__names_of_types": "it prints the options of the interpreter, which has others",
    "threading__synchronization": "how often its threads look is another matter each time",
    "signal__interrupts_a_loop": "when its signal comes is another matter each time",
    "uncaught__in_module_of_package": "run a second time in one process, it finds its namespace package imported",
}
DIFFERENT = {
    "isolated": _ANYWHERE
    | {
        "multiprocessing__spawn": "it starts a process",
        "program__subprocess_and_files": "it starts a process",
    },
    "worker": _ANYWHERE,
}
"""The programs whose recordings are others in workers, and why."""

_ADDRESS = re.compile("0x[0-9a-f]+")


def difference(program: Program, isolation: str) -> str:
    """Say where the recording of a program in a worker is another than here; nothing, if it is the same."""
    argv = [str(program.path), *program.argv]
    config = TracerConfig().evolve(limits={"wall_seconds": 60})
    threading.excepthook = threading.__excepthook__
    with warnings.catch_warnings():  # filters that it sets are this process's, as is the hook
        here = _ended(program, config, argv)
    there = _ended(program, config.evolve(isolation=isolation, readable=[FOLDER]), argv)
    if isinstance(here, str) or isinstance(there, str):
        return "" if here == there else f"here {here}, there {there}"
    for name in ("stdout", "stderr"):
        ours, theirs = (_ADDRESS.sub("0x", getattr(each, name)) for each in (here, there))
        if ours != theirs:
            return f"{name} is another: {_first_other(ours.splitlines(), theirs.splitlines())}"
    if _ending(here.outcome) != _ending(there.outcome):
        return f"it ended with {there.outcome}, not {here.outcome}"
    ours_by_thread, theirs_by_thread = _steps(here), _steps(there)
    found = [_first_other(*pair) for pair in zip(ours_by_thread, theirs_by_thread, strict=False)]
    if len(ours_by_thread) != len(theirs_by_thread):
        found.append(f"there are {len(theirs_by_thread)} threads, not {len(ours_by_thread)}")
    return next(filter(None, found), "")


def _ended(program: Program, config: TracerConfig, argv: list[str]) -> Recording | str:
    try:
        return execute_and_trace(program.path, config, argv=argv, stdin=program.stdin)
    except CalcharoError as error:
        return f"{type(error).__name__}: {error}"


def _ending(outcome: Outcome) -> tuple[object, ...]:
    return outcome.status, outcome.exit_code, outcome.exception and outcome.exception.type_name


def _steps(recording: Recording) -> list[list[tuple[object, ...]]]:
    """Give the instructions that each thread executed; which thread goes on when is the system's to say."""
    journal, threads = recording.journal, defaultdict[int, list[tuple[object, ...]]](list)
    for index in range(len(recording)):
        each = journal.instruction(index)
        threads[journal.thread(index)].append((each.opname, each.oparg, each.offset, each.line))
    return sorted(threads.values(), key=repr)


def _first_other(ours: Sequence[object], theirs: Sequence[object]) -> str:
    for place, pair in enumerate(zip(ours, theirs, strict=False)):
        if pair[0] != pair[1]:
            return f"at {place} there is {pair[1]!r}, not {pair[0]!r}"
    return "" if len(ours) == len(theirs) else f"there are {len(theirs)}, not {len(ours)}"


def main() -> int:
    """Compare programs, and say which differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--isolation", default="isolated", choices=["worker", "isolated"])
    parser.add_argument("--parts", type=int, default=1, help="compare one program in N, others on each version")
    options = parser.parse_args()
    if "PYTHONHASHSEED" not in os.environ:
        command = [sys.executable, "-m", "tests.isolation.honest", *sys.argv[1:]]
        return subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": "1"}, check=False).returncode
    known = DIFFERENT[options.isolation]
    named = [each for each in programs_for() if not options.names or each.name.startswith(tuple(options.names))]
    programs = named[sys.version_info.minor % options.parts :: options.parts]
    compared = [each for each in programs if each.name not in known]
    differing = {each.name: found for each in compared if (found := difference(each, options.isolation))}
    for name, found in differing.items():
        print(f"{name}: {found}")
    same = len(compared) - len(differing)
    print(f"{same} of {len(compared)} programs are the same with isolation {options.isolation!r}")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
