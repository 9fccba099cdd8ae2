"""Compares the tiers' recordings of random programs: those of tests/conformance/fuzzing, or that change objects.

    python -m tests.tiers.random_programs [--kind mutating|conformance] [--count 1000] [--seed 1] [--first 0]

A seed and a number make a program, always the same one.
"""

import argparse
import sys
import warnings
from collections import Counter

from tests.conformance.fuzzing.comparing import write_program
from tests.conformance.fuzzing.semantics import SeededChoices
from tests.recording.mutating_programs import write_program as write_mutating_program
from tests.tiers.comparing import difference


def main() -> int:
    """Runs the command line."""
    options = _parse()
    warnings.simplefilter("ignore")
    totals: Counter[str] = Counter()
    for number in range(options.first, options.first + options.count):
        source = _source(options.kind, options.seed, number)
        if source is None:
            totals["invalid"] += 1
            continue
        found = difference(source)
        totals["different" if found else "the same"] += 1
        if found:
            print(f"=== {options.kind} {options.seed}:{number}\n{found}\n{source}", flush=True)
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"{version}, seed {options.seed}: {', '.join(f'{count} {word}' for word, count in totals.items())}")
    return int(totals["different"] > 0)


def _source(kind: str, seed: int, number: int) -> str | None:
    if kind == "mutating":
        return write_mutating_program(SeededChoices(f"{seed}:{number}"))
    program = write_program(seed, number)
    return None if program is None else program["source"]


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=["mutating", "conformance"], default="conformance", help="which kind")
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=1, help="which programs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
