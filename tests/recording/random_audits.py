"""Audits the recordings of random programs: those that change objects, or those of tests/conformance/fuzzing.

    python tests/recording/random_audits.py [--kind mutating|conformance] [--count 1000] [--seed 1] [--first 0]

A seed and a number make a program, always the same one. Each runs in a child of its own, with all of its states
compared with its objects. A program whose recording is wrong is made as small as possible and printed.
"""

import argparse
import os
import resource
import signal
import sys
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conformance.fuzzing.comparing import Program, _namespace
from tests.conformance.fuzzing.comparing import write_program as write_conformance_program
from tests.conformance.fuzzing.semantics import SeededChoices
from tests.recording.audit import record
from tests.recording.mutating_programs import write_program as write_mutating_program

SECONDS = 20


def main() -> int:
    """Runs the command line."""
    options = _parse()
    warnings.simplefilter("ignore")
    totals: Counter[str] = Counter()
    for number in range(options.first, options.first + options.count):
        program = _write(options.kind, options.seed, number)
        if program is None:
            totals["invalid"] += 1
            continue
        verdict, details = judged(program)
        totals[verdict] += 1
        if verdict not in {"right", "stopped"}:
            smaller = program if options.large else _minimised(program, verdict)
            print(f"=== {options.kind} {options.seed}:{number}: {verdict}\n{judged(smaller)[1] or details}")
            print(smaller["source"], flush=True)
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"{version}, {options.kind}, seed {options.seed}: {', '.join(f'{n} {word}' for word, n in totals.items())}")
    return int(totals["wrong"] + totals["crash"] > 0)


def _write(kind: str, seed: int, number: int) -> Program | None:
    if kind == "conformance":
        return write_conformance_program(seed, number)
    source = write_mutating_program(SeededChoices(f"{seed}:{number}"))
    return Program(kind="semantics", number=number, source=source)


def judged(program: Program) -> tuple[str, str]:
    """Records a program in a child: "right", "wrong" with what is wrong, "stopped" or "crash"."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _record(program, writing)
    os.close(writing)
    with os.fdopen(reading) as stream:
        details = stream.read()
    status = os.waitpid(child, 0)[1]
    if status:
        return ("stopped" if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGALRM} else "crash"), str(status)
    return ("wrong", details) if details else ("right", "")


def _record(program: Program, writing: int) -> None:
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(quiet, number)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    try:
        record(program["source"], is_audited=True, names=_namespace(program))
    except BaseException as error:
        os.write(writing, f"{type(error).__name__}: {error}".encode()[:4000])
    os._exit(0)


def _minimised(program: Program, verdict: str) -> Program:
    """Gives a smaller program with the same verdict."""
    from pysource_minimize import minimize

    def still_so(source: str) -> bool:
        return judged(Program(kind=program["kind"], number=program["number"], source=source))[0] == verdict

    try:
        source = minimize(program["source"], still_so, retries=1)
    except Exception:  # when it is written anew it is right
        return program
    return Program(kind=program["kind"], number=program["number"], source=source)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("mutating", "conformance"), default="mutating", help="who writes programs")
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--seed", type=int, default=1, help="which programs")
    parser.add_argument("--large", action="store_true", help="do not make finds smaller")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
