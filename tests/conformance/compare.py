"""Compares programs on the machine with CPython: path, stdout, stderr, exit code, leaks.

    python tests/conformance/compare.py [--python .venv-3.13/bin/python] [-k PART] [-j 2] [PROGRAM...]
    python tests/conformance/compare.py --everything    the library interpreted too: outputs and exit codes

Prints each failure with the first diverging instruction or a diff, then a table.
"""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conformance.program import Program, all_programs, read_program
from tests.conformance.running import Comparison, Failure, output_failures, path_failures

# Programs which do not end with exit code 0; the 32nd known breaker only from 3.14.
_ENDING_BADLY = ("uncaught", "sys_exit", "known_breaker__32", "known_breaker__40")


def main() -> int:
    """Runs the command line."""
    options = _parse()
    started = time.monotonic()
    comparisons = [Comparison(options.python, in_process=options.in_process) for _ in range(options.jobs)]
    programs = [read_program(path) for path in options.programs] if options.programs else all_programs()
    version = comparisons[0].version
    programs = [one for one in programs if one.runs_on(version) and all(part in one.name for part in options.parts)]
    shares = [programs[number :: options.jobs] for number in range(options.jobs)]
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(_run_share, comparisons, shares, [options] * options.jobs))
    failures = sorted(failure for share in results for failure in share)
    if not options.quiet:
        _print_details(failures, options.limit)
    _print_table(failures)
    failed = len({failure.program for failure in failures})
    seconds = time.monotonic() - started
    print(f"{version[0]}.{version[1]}: {len(programs)} programs, {failed} failed, {seconds:.1f} s")
    return int(bool(failures))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", type=Path, help="files to run instead of programs/")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to compare on")
    parser.add_argument("-k", dest="parts", action="append", default=[], help="only names with this part")
    parser.add_argument("-j", dest="jobs", type=int, default=1, help="programs at the same time")
    parser.add_argument("-q", dest="quiet", action="store_true", help="only the table")
    parser.add_argument("-n", dest="limit", type=int, default=12, help="show details of at most this many programs")
    parser.add_argument(
        "-i",
        "--in-process",
        action="store_true",
        help="take outputs from the path run: faster, but without the interpreter's own end",
    )
    parser.add_argument("--everything", action="store_true", help="interpret the library too, and compare outputs")
    parser.add_argument("--native", action="store_true", help="check that programs repeat themselves on CPython itself")
    return parser.parse_args()


def _run_share(comparison: Comparison, programs: list[Program], options: argparse.Namespace) -> list[Failure]:
    try:
        found: list[Failure] = []
        for program in programs:
            try:
                found += _failures(comparison, program, options)
            except RuntimeError as error:
                found.append(Failure(program.name, "native", "failed", str(error)))
        return found
    finally:
        comparison.close()


def _failures(comparison: Comparison, program: Program, options: argparse.Namespace) -> list[Failure]:
    if options.everything:
        return comparison.everything_failures(program)
    return _native_failures(comparison, program) if options.native else comparison.failures(program)


def _native_failures(comparison: Comparison, program: Program) -> list[Failure]:
    """Runs a program natively again, uncached, and with other hashes, and lists what is not the same."""
    expected, path = comparison.native(program)
    found = output_failures(program, expected, comparison.native_plain(program, hash_seed="random"))
    if program.compares_path(comparison.version):
        found += path_failures(program, path, comparison.native_path(program))
    if expected.exit_code and not program.name.startswith(_ENDING_BADLY):
        found.append(Failure(program.name, "exit code", str(expected.exit_code), expected.stderr))
    return found


def _print_details(failures: list[Failure], limit: int) -> None:
    names = sorted({failure.program for failure in failures})[:limit]
    for failure in failures:
        if failure.program in names:
            print(f"=== {failure.program}: {failure.aspect} ({failure.summary})")
            if failure.details:
                print(failure.details)
            print()


def _print_table(failures: list[Failure]) -> None:
    aspects: dict[str, list[Failure]] = {}
    for failure in failures:
        aspects.setdefault(failure.program, []).append(failure)
    for name, found in aspects.items():
        print(f"{name:45} {', '.join(failure.aspect for failure in found):35} {found[0].summary[:80]}")


if __name__ == "__main__":
    sys.exit(main())
