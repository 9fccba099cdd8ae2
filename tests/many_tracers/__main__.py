"""Many tracers in many threads: each records what it records alone.

    python -m tests.many_tracers [--programs 200] [--threads 16] [--tier interpreter|compiled] [--seed N] [NAME...]

Programs of all kinds are recorded one after another, and then over threads, with a tracer each; with `--threads 0`, by
`arun` from an event loop. What is compared is the whole recording as JSON, addresses left out; of programs that start
threads, what was written and each thread's instructions.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.many_tracers.comparing import differences, from_event_loop, over_threads
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
            together = over_threads(options.threads) if options.threads else from_event_loop
            found = differences(chosen, together, tier, Path(folder))
        for name, difference in found.items():
            print(f"{name}: {difference}")
        failed = failed or bool(found)
        seconds = time.monotonic() - started
        same = len(chosen) - len(found)
        how = f"over {options.threads} threads" if options.threads else "from an event loop"
        print(f"{tier}: {same} of {len(chosen)} programs are the same {how} ({seconds:.0f} s)")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
