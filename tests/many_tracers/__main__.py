"""Many tracers in many threads: each records what it records alone.

    python -m tests.many_tracers [--programs 200] [--threads 16] [--tier interpreter|compiled] [--seed N] [NAME...]

Programs of all kinds are recorded one after another, and then over threads with a tracer each, twice as many times at
once as there are processors and more. What is compared is the whole recording as JSON, addresses left out; of programs
that start threads, each thread's instructions and what was written.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.many_tracers.comparing import differences
from tests.many_tracers.programs import cases


def main() -> int:
    """Compares, and says which programs were recorded otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only programs whose names begin so")
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--tier", choices=["interpreter", "compiled"], action="append")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chosen = cases(options.programs, options.seed)
    if options.names:
        chosen = [each for each in chosen if each.name.startswith(tuple(options.names))]
    failed = False
    for tier in options.tier or ["interpreter", "compiled"]:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = differences(chosen, threads=options.threads, tier=tier, folder=Path(folder))
        for name, difference in found.items():
            print(f"{name}: {difference}")
        failed = failed or bool(found)
        seconds = time.monotonic() - started
        same = len(chosen) - len(found)
        print(f"{tier}: {same} of {len(chosen)} programs are the same over {options.threads} threads ({seconds:.0f} s)")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
