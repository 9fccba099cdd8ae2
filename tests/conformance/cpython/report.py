"""Shows comparisons on the terminal."""

from tests.conformance.cpython.catalogue import MODULES
from tests.conformance.cpython.comparison import ModuleComparison
from tests.conformance.cpython.known import KNOWN

ENOUGH = 0.95
"""The share of the second tier that must pass."""

Results = dict[str, dict[str, ModuleComparison]]
"""Comparisons by version and module."""


def print_differences(results: Results) -> None:
    """Prints every case that passes natively and not on the machine, with its error."""
    for version, comparisons in results.items():
        for comparison in comparisons.values():
            for difference in comparison.differences:
                print(f"=== {version} {difference.case}: {difference.outcome}")
                print(difference.text.rstrip())
                print()


def print_table(results: Results) -> None:
    """Prints a row for each module, a column for each version: cases that pass of those that pass natively."""
    modules = sorted({module for comparisons in results.values() for module in comparisons})
    width = max(map(len, [*modules, "module"]))
    print(f"{'module':{width}}" + "".join(f"{version:>14}" for version in results))
    for module in modules:
        cells = [cell(comparisons.get(module)) for comparisons in results.values()]
        print(f"{module:{width}}" + "".join(f"{text:>14}" for text in cells))
    totals = [total(list(comparisons.values())) for comparisons in results.values()]
    print(f"{'all':{width}}" + "".join(f"{text:>14}" for text in totals))


def cell(comparison: ModuleComparison | None) -> str:
    """One module on one version."""
    if comparison is None:
        return "-"
    mark = "!" if comparison.faults else ""
    return f"{comparison.passed}/{comparison.expected}{mark}"


def total(comparisons: list[ModuleComparison]) -> str:
    """The share of the cases of several modules."""
    expected = sum(comparison.expected for comparison in comparisons)
    passed = sum(comparison.passed for comparison in comparisons)
    share = 100 * passed / expected if expected else 100
    return f"{passed}/{expected} {share:.1f}%"


def is_as_known(results: Results) -> bool:
    """Tells whether guards hold, the first tier fails only where it is known to, and enough of the rest passes."""
    found = [comparison for comparisons in results.values() for comparison in comparisons.values()]
    if any(comparison.faults for comparison in found):
        return False
    first_tier = {module.name for module in MODULES if module.tier == 1}
    rest = [comparison for comparison in found if comparison.module not in first_tier]
    unexplained = [
        difference.case
        for comparison in found
        if comparison.module in first_tier
        for difference in comparison.differences
        if difference.case not in KNOWN
    ]
    expected = sum(comparison.expected for comparison in rest)
    passed = sum(comparison.passed for comparison in rest)
    return not unexplained and passed >= ENOUGH * expected
