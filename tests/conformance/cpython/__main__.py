"""Runs CPython's own tests natively and on the machine, and compares them case by case.

    tools/conformance                              the first tier on all five versions
    tools/conformance --tier 2 --version 3.13      the second tier on one version
    tools/conformance -k with -k raise             modules with a part in their name
    tools/conformance --everything                 the library interpreted too
    tools/conformance --shard 1/4 -j 2             a quarter of the modules, two at a time
    tools/conformance --tier 1 --tier 2 --write    what docs/conformance.md shows of both tiers, and its sections
    tools/conformance --everything --write         what it shows with the library interpreted, and that section

It fails when a guard does, when a case of the first tier fails that docs/fidelity.md does not explain, or when less
than 95 % of the other cases pass. Results are kept and hold until the machine or the test changes; `--again` runs
everything anew.
"""

import argparse
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.conformance.cpython.catalogue import MODULES, CPythonModule
from tests.conformance.cpython.comparison import ModuleComparison, compare
from tests.conformance.cpython.page import page
from tests.conformance.cpython.process import Limits, ModuleRun, run_module
from tests.conformance.cpython.report import is_as_known, print_differences, print_table
from tests.conformance.cpython.store import ROOT, Interpreter, Key, Store

VERSIONS = ("3.11", "3.12", "3.13", "3.14", "3.15")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line."""
    options = _parse(arguments)
    # Whoever is started in the background may have it ignored, and the tests wait for it without end.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = time.monotonic()
    modules = [module for module in MODULES if _is_wanted(module, options)]
    results: dict[str, dict[str, ModuleComparison]] = {}
    store = Store()
    for version in options.versions or VERSIONS:
        interpreter = Interpreter(_python_of(version), [module.name for module in modules])
        results[version] = run_version(interpreter, modules, options, store)
    print_differences(results)
    print_table(results)
    print(f"{time.monotonic() - started:.0f} s")
    if options.write:
        target = ROOT / "docs" / "conformance.md"
        text = page(target.read_text(encoding="utf-8"), results, everything=options.everything)
        target.write_text(text, encoding="utf-8")
    return int(not is_as_known(results))


def run_version(
    interpreter: Interpreter, modules: list[CPythonModule], options: argparse.Namespace, store: Store
) -> dict[str, ModuleComparison]:
    """Runs modules on one version, and compares them."""
    fitting = [module for module in modules if interpreter.has(module.name)]
    lacking = [module.name for module in modules if module not in fitting and module.runs_on(_numbers(interpreter))]
    if lacking:
        print(f"{interpreter.version} lacks {', '.join(lacking)}: tools/pythons --with-tests", file=sys.stderr)
    number, count = map(int, options.shard.split("/"))
    share = fitting[number - 1 :: count]
    with ThreadPoolExecutor(options.jobs) as pool:
        found = pool.map(lambda module: _compare_module(interpreter, module, options, store), share)
        return {comparison.module: comparison for comparison in found}


def _compare_module(
    interpreter: Interpreter, module: CPythonModule, options: argparse.Namespace, store: Store
) -> ModuleComparison:
    limits = Limits(options.limit, options.case_limit)
    include = ("*",) if options.everything else module.include()
    way = "everything" if options.everything else "machine"
    native = _run_kept(Key(interpreter, module.name, "native"), [], limits, options, store)
    on_machine = ["--machine", *(f"--include={pattern}" for pattern in include)]
    machine = _run_kept(Key(interpreter, module.name, way), on_machine, limits, options, store)
    comparison = compare(module.name, native, machine)
    print(
        f"{interpreter.version} {module.name}: {comparison.passed} of {comparison.expected}, "
        f"{native.seconds:.1f} s natively, {machine.seconds:.1f} s on the machine"
        + "".join(f"\n    {fault}" for fault in comparison.faults),
        flush=True,
    )
    return comparison


def _run_kept(key: Key, child: list[str], limits: Limits, options: argparse.Namespace, store: Store) -> ModuleRun:
    known = None if options.again else store.get(key)
    if known is not None:
        return known
    run = run_module(key.interpreter.python, f"test.{key.module}", child, limits)
    store.put(key, run)
    return run


def _is_wanted(module: CPythonModule, options: argparse.Namespace) -> bool:
    in_tier = module.tier in (options.tiers or ([1, 2] if options.parts else [1]))
    return in_tier and (not options.parts or any(part in module.name for part in options.parts))


def _python_of(version: str) -> str:
    return str(ROOT / f".venv-{version}" / "bin" / "python")


def _numbers(interpreter: Interpreter) -> tuple[int, int]:
    major, minor = interpreter.version.split(".")
    return int(major), int(minor)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/conformance", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", dest="versions", action="append", choices=VERSIONS, help="only this version")
    parser.add_argument("--tier", dest="tiers", action="append", type=int, choices=(1, 2), help="only this tier")
    parser.add_argument("-k", dest="parts", action="append", default=[], help="only modules with this in their name")
    parser.add_argument("-j", dest="jobs", type=int, default=1, help="modules at the same time")
    parser.add_argument("--shard", default="1/1", metavar="N/OF", help="only every so many of the modules")
    parser.add_argument("--everything", action="store_true", help="interpret the standard library too")
    parser.add_argument("--limit", type=float, default=900, help="seconds for a module (%(default)g)")
    parser.add_argument("--case-limit", type=float, default=120, help="seconds for a case (%(default)g)")
    parser.add_argument("--again", action="store_true", help="run what is known already, too")
    parser.add_argument("--write", action="store_true", help="write its part of docs/conformance.md")
    options = parser.parse_args(arguments)
    narrowed = options.versions or options.parts or options.shard != "1/1"
    wanted = {1} if options.everything else {1, 2}
    if options.write and (narrowed or set(options.tiers or (1,)) != wanted):
        parser.error("the page shows all of it: --tier 1 --tier 2, or --everything, and nothing left out")
    return options


if __name__ == "__main__":
    sys.exit(main())
