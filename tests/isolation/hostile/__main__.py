"""Shows that hostile programs do harm under plain CPython, and none in a worker.

    python -m tests.isolation.hostile [--isolation worker] [--only-workers] [NAME...]

A NAME is the beginning of one, such as `leak` or `hang-sleep`.
"""

from __future__ import annotations

import argparse
import sys

from tests.isolation.hostile.acts import ACTS
from tests.isolation.hostile.trying import harms_in_worker, harms_under_cpython
from tests.isolation.hostile.world import World


def main() -> int:
    """Try all programs, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--isolation", default="isolated", choices=["worker", "isolated"])
    parser.add_argument("--only-workers", action="store_true", help="do not execute them by plain CPython first")
    options = parser.parse_args()
    acts = [act for act in ACTS if not options.names or act.name.startswith(tuple(options.names))]
    shown = contained = 0
    with World() as world:
        for act in acts:
            plain = None if options.only_workers else harms_under_cpython(act, world)
            worker = harms_in_worker(act, world, options.isolation)
            shown += plain is not None and plain.harms
            contained += not worker.harms
            if plain is not None and not plain.harms:
                print(f"{act.name}: does nothing under plain CPython: {plain.told}")
            print(f"{act.name}: {'HARM' if worker.harms else 'contained'}: {worker.told}", flush=True)
    if not options.only_workers:
        print(f"{shown} of {len(acts)} programs do harm under plain CPython")
    print(f"{contained} of {len(acts)} are contained with isolation {options.isolation!r}")
    return int(contained < len(acts))  # what is not shown is said: an ordinary user cannot do all of it


if __name__ == "__main__":
    sys.exit(main())
