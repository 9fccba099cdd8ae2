"""Runs the tests of well-known packages on the machine, package and tests interpreted, and compares each with native.

    .venv-3.13/bin/python -m tests.conformance.packages                       all packages on all five versions
    .venv-3.13/bin/python -m tests.conformance.packages --version 3.13 -k lark

Fetches the packages' source archives and makes environments for them in the user's cache folder.
"""

import argparse
import sys

from tests.conformance.packages.catalogue import PACKAGES, Package
from tests.conformance.packages.environment import environment, fetch
from tests.conformance.packages.running import PackageComparison, compare, run_tests

VERSIONS = ("3.11", "3.12", "3.13", "3.14", "3.15")


def main() -> int:
    """Runs the command line."""
    options = _parse()
    packages = [package for package in PACKAGES if not options.parts or package.name in options.parts]
    comparisons = [
        run_package(package, version, options.limit) for version in options.versions or VERSIONS for package in packages
    ]
    return int(any(comparison.differences or comparison.faults for comparison in comparisons))


def run_package(package: Package, version: str, limit: float) -> PackageComparison:
    """Runs one package's tests in both ways on one version, and says how they compare."""
    python = environment(version)
    folder = fetch(package, python)
    native = run_tests(python, package, folder, on_machine=False, limit=limit)
    machine = run_tests(python, package, folder, on_machine=True, limit=limit)
    comparison = compare(package, native, machine)
    same = comparison.tests - len(comparison.differences)
    print(
        f"{version} {package.name} {package.release}: {same} of {comparison.tests} tests as natively, "
        f"{native.seconds:.0f} s natively, {machine.seconds:.0f} s on the machine",
        flush=True,
    )
    for fault in comparison.faults:
        print(f"    {fault}")
    for name, (expected, actual) in comparison.differences.items():
        print(f"=== {name}\n--- natively: {expected}\n--- on the machine: {actual}\n")
    return comparison


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.packages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", dest="versions", action="append", choices=VERSIONS, help="only this version")
    parser.add_argument("-k", dest="parts", action="append", default=[], help="only this package")
    parser.add_argument("--limit", type=float, default=1800, help="seconds for one run (%(default)g)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
