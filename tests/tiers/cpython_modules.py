"""Compares the tiers' recordings of CPython's own tests: the modules of the first tier of `tools/conformance`.

    python -m tests.tiers.cpython_modules [--steps 300000] [MODULE...]

CPython's tests have to be installed (`tools/pythons --with-tests`). The modules and what they test of the language are
recorded, the library is not; a module's recording ends after so many steps, on both tiers.
"""

import argparse
import sys
import warnings
from collections import Counter

from calcharo_vm import TracerConfig
from calcharo_vm.config import Capture, Limits, ScopePatterns
from tests.conformance.cpython.catalogue import MODULES, CPythonModule
from tests.tiers import comparing

SECONDS = 240
PROGRAM = """
import io, unittest
suite = unittest.defaultTestLoader.loadTestsFromName({name!r})
result = unittest.TextTestRunner(io.StringIO(), verbosity=0).run(suite)
print(result.testsRun, len(result.failures), len(result.errors))
"""


def main() -> int:
    """Runs the command line."""
    options = _parse()
    warnings.simplefilter("ignore")
    comparing.SECONDS = SECONDS
    totals: Counter[str] = Counter()
    chosen = [module for module in MODULES if module.runs_on(sys.version_info[:2]) and _is_chosen(module, options)]
    for module in chosen:
        config = TracerConfig(
            capture=Capture(metrics=False),
            limits=Limits(steps=options.steps),
            scope=ScopePatterns(include=module.include()),
        )
        found = comparing.difference(PROGRAM.format(name=f"test.{module.name}"), config)
        totals["different" if found else "the same"] += 1
        print(f"{module.name}: {found or 'the same'}", flush=True)
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"{version}: {', '.join(f'{count} {word}' for word, count in totals.items())}")
    return int(totals["different"] > 0)


def _is_chosen(module: CPythonModule, options: argparse.Namespace) -> bool:
    return module.name in options.modules if options.modules else module.tier == 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=300_000, help="how many steps of a module are recorded")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="the name of a module, such as test_scope")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
