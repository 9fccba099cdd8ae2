"""Compares the tiers' recordings of random programs, those of tests/conformance/fuzzing.

    python -m tests.tiers.random_programs [--count 1000] [--seed 1] [--first 0]

A seed and a number make a program, always the same one.
"""

import argparse
import sys
import warnings
from collections import Counter

from tests.conformance.fuzzing.comparing import write_program
from tests.tiers.comparing import difference


def main() -> int:
    """Runs the command line."""
    options = _parse()
    warnings.simplefilter("ignore")
    totals: Counter[str] = Counter()
    for number in range(options.first, options.first + options.count):
        program = write_program(options.seed, number)
        if program is None:
            totals["invalid"] += 1
            continue
        found = difference(program["source"])
        totals["different" if found else "the same"] += 1
        if found:
            print(f"=== {options.seed}:{number}\n{found}\n{program['source']}", flush=True)
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"{version}, seed {options.seed}: {', '.join(f'{count} {word}' for word, count in totals.items())}")
    return int(totals["different"] > 0)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=1, help="which programs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
