"""Compares what test cases do on the machine with what they do natively."""

from typing import NamedTuple

from tests.conformance.cpython.outcome import ERROR, FAILED, MISSING, PASSED, CaseRecord
from tests.conformance.cpython.process import ModuleRun

CANARIES = {
    "tests.conformance.cpython.canary.Canary.test_fails": FAILED,
    "tests.conformance.cpython.canary.Canary.test_is_an_error": ERROR,
}


class Difference(NamedTuple):
    """A case that passes natively and not on the machine."""

    case: str
    outcome: str
    text: str


class ModuleComparison(NamedTuple):
    """One test module on one version.

    Attributes:
        module: Its name in the package `test`.
        expected: How many cases pass natively.
        differences: Those of them that do not pass on the machine.
        faults: Why the run does not count: a guard against false passes failed.
        seconds: How long it took natively and on the machine.
    """

    module: str
    expected: int
    differences: tuple[Difference, ...]
    faults: tuple[str, ...]
    seconds: tuple[float, float]

    @property
    def passed(self) -> int:
        """How many cases pass natively and on the machine; none when a guard failed."""
        return 0 if self.faults else self.expected - len(self.differences)


def compare(module: str, native: ModuleRun, machine: ModuleRun) -> ModuleComparison:
    """Compares one test module's two runs case by case."""
    expected = [record for name, record in native.cases.items() if record["outcome"] == PASSED and name not in CANARIES]
    compared = [_difference(record, machine.cases.get(record["case"]), machine.trouble) for record in expected]
    differences = [difference for difference in compared if difference is not None]
    faults = [*_canary_faults("natively", native), *_canary_faults("on the machine", machine)]
    faults += [f"{count} x {code} ran natively" for code, count in machine.leaks.items()]
    return ModuleComparison(module, len(expected), tuple(differences), tuple(faults), (native.seconds, machine.seconds))


def _difference(expected: CaseRecord, actual: CaseRecord | None, trouble: str) -> Difference | None:
    name = expected["case"]
    if actual is None:
        return Difference(name, MISSING, trouble)
    if actual["outcome"] != PASSED:
        return Difference(name, actual["outcome"], actual["text"])
    if actual["subtests"] != expected["subtests"]:
        return Difference(name, FAILED, f"{actual['subtests']} subtests, not {expected['subtests']}")
    return None


def _canary_faults(how: str, run: ModuleRun) -> list[str]:
    return [
        f"the canary {name} is not reported {how}"
        for name, outcome in CANARIES.items()
        if run.cases.get(name, {"outcome": MISSING})["outcome"] != outcome
    ]
