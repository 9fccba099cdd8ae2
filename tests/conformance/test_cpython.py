"""A share of CPython's own tests runs on the machine, and the runner of all of them tells what is wrong."""

import sys
from pathlib import Path

import pytest

from tests.conformance.cpython.__main__ import main
from tests.conformance.cpython.catalogue import LEFT_OUT, MODULES
from tests.conformance.cpython.comparison import CANARIES, Difference, ModuleComparison, compare
from tests.conformance.cpython.known import KNOWN
from tests.conformance.cpython.outcome import PASSED, CaseRecord
from tests.conformance.cpython.page import EVERYTHING, page
from tests.conformance.cpython.process import CHILD, Limits, ModuleRun, run_module
from tests.conformance.cpython.report import is_as_known
from tests.conformance.cpython.store import Interpreter, Key, Store

VERSION = f"3.{sys.version_info[1]}"
ENDINGS = "tests.conformance.cpython.samples.endings"
SHARE = """
    test_augassign test_binop test_call test_class test_compare test_contains test_contextlib test_coroutines
    test_decorators test_dictcomps test_except_star test_exception_group test_exception_variations test_extcall
    test_funcattrs test_generators test_genexps test_global test_keywordonlyarg test_listcomps test_metaclass
    test_named_expressions test_opcodes test_patma test_positional_only_arg test_property test_raise test_richcmp
    test_scope test_setcomps test_subclassinit test_super test_type_aliases test_type_annotations test_type_params
    test_unpack test_unpack_ex test_with test_yield_from
"""
"""The first tier without the modules that take more than two seconds."""
LIMITS = Limits(120, 60)


def has_tests() -> bool:
    return Interpreter(sys.executable, ["test_grammar"]).has("test_grammar")


def assert_as_known(comparison: ModuleComparison) -> None:
    assert comparison.expected > 0
    assert comparison.faults == ()
    assert [difference for difference in comparison.differences if difference.case not in KNOWN] == []


@pytest.mark.parametrize("name", SHARE.split())
def test_module(name: str) -> None:
    module = next(module for module in MODULES if module.name == name)
    if not module.runs_on(sys.version_info[:2]):
        pytest.skip("later than this version")
    if not has_tests():
        pytest.skip("this CPython comes without its tests: tools/pythons --with-tests")
    include = [f"--include={pattern}" for pattern in module.include()]
    native = run_module(sys.executable, f"test.{name}", [], LIMITS)
    machine = run_module(sys.executable, f"test.{name}", ["--machine", *include], LIMITS)

    assert_as_known(compare(name, native, machine))


@pytest.mark.parametrize("name", ["test_contains", "test_listcomps", "test_with"])
def test_module_and_library_interpreted(name: str) -> None:
    if not has_tests():
        pytest.skip("this CPython comes without its tests: tools/pythons --with-tests")
    native = run_module(sys.executable, f"test.{name}", [], LIMITS)
    machine = run_module(sys.executable, f"test.{name}", ["--machine", "--include=*"], LIMITS)

    assert_as_known(compare(name, native, machine))


@pytest.fixture(scope="module")
def endings() -> ModuleComparison:
    limits = Limits(60, 3)
    native = run_module(sys.executable, ENDINGS, [], limits)
    machine = run_module(sys.executable, ENDINGS, ["--machine", f"--include={ENDINGS}"], limits)
    outcomes = {name.rpartition(".")[2]: record["outcome"] for name, record in native.cases.items()}

    assert outcomes == {
        "test_fails": "failed",
        "test_is_an_error": "error",
        "test_1_passes": "passed",
        "test_2_crashes": "crashed",
        "test_3_hangs": "timed out",
        "test_4_fails_in_a_subtest": "failed",
        "test_5_is_skipped": "skipped",
        "test_6_fails_as_expected": "expected failure",
        "test_7_leaks": "passed",
        "test_8_differs": "passed",
        "test_9_runs_fewer_subtests": "passed",
    }
    return compare(ENDINGS, native, machine)


def test_cases_that_pass_natively_are_compared(endings: ModuleComparison) -> None:
    names = {difference.case.rpartition(".")[2]: difference for difference in endings.differences}

    assert endings.faults == ()
    assert endings.expected == 4
    assert endings.passed == 1
    assert list(names) == ["test_7_leaks", "test_8_differs", "test_9_runs_fewer_subtests"]
    assert names["test_7_leaks"].outcome == "leaked"
    assert "guest" in names["test_7_leaks"].text
    assert "AssertionError" in names["test_8_differs"].text
    assert names["test_9_runs_fewer_subtests"].text == "1 subtests, not 2"


def record_of(case: str, outcome: str = PASSED) -> CaseRecord:
    return CaseRecord(case=case, outcome=outcome, text="", subtests=0)


def run_of(*cases: str, leaks: dict[str, int] | None = None, canaries: bool = True) -> ModuleRun:
    records = {case: record_of(case) for case in cases}
    if canaries:
        records |= {case: record_of(case, outcome) for case, outcome in CANARIES.items()}
    return ModuleRun(records, leaks or {}, 1.0, "")


def test_a_run_whose_canary_is_lost_does_not_count() -> None:
    comparison = compare("test_x", run_of("a"), run_of("a", canaries=False))

    assert len(comparison.faults) == 2
    assert comparison.passed == 0


def test_a_leak_outside_cases_spoils_the_module() -> None:
    comparison = compare("test_x", run_of("a"), run_of("a", leaks={"f": 2}))

    assert comparison.faults == ("2 x f ran natively",)


def test_a_case_that_never_ran_is_missing() -> None:
    assert compare("test_x", run_of("a", "b"), run_of("a")).differences == (Difference("b", "missing", ""),)


def test_only_known_differences_of_the_first_tier_are_right() -> None:
    known = Difference(next(iter(KNOWN)), "failed", "")
    unknown = Difference("test.test_with.New.test", "failed", "")

    def results(module: str, *differences: Difference, faults: tuple[str, ...] = ()) -> bool:
        comparison = ModuleComparison(module, 10, differences, faults, (1.0, 1.0))
        return is_as_known({"3.13": {module: comparison}})

    assert results("test_with", known)
    assert not results("test_with", unknown)
    assert not results("test_with", faults=("no canary",))
    assert not results("test_code", unknown)
    assert is_as_known({"3.13": {"test_code": ModuleComparison("test_code", 100, (unknown,), (), (1.0, 1.0))}})


def test_results_are_kept_until_what_they_depend_on_changes(tmp_path: Path) -> None:
    interpreter = Interpreter(sys.executable, ["test_with"])
    key, run = Key(interpreter, "test_with", "machine"), run_of("a")
    store = Store(tmp_path)

    assert store.get(key) is None
    store.put(key, run)
    assert Store(tmp_path).get(key) == run
    next(tmp_path.glob("*.json")).write_text('{"fingerprint": "another"}', encoding="utf-8")
    assert store.get(key) is None


def results_of(case: str) -> dict[str, dict[str, ModuleComparison]]:
    module = case.split(".")[1]
    return {VERSION: {module: ModuleComparison(module, 3, (Difference(case, "failed", ""),), (), (1.0, 1.0))}}


def test_the_page_names_every_difference_and_what_is_left_out() -> None:
    case = next(iter(KNOWN))
    text = page("", results_of(case))

    assert f"| `{case.split('.')[1]}` | 2/3 |" in text
    assert f"| `{case.removeprefix('test.')}` | {VERSION} | {KNOWN[case]} |" in text
    assert all(name in text for name in LEFT_OUT)


def test_the_page_keeps_what_was_not_measured_again() -> None:
    first, second = list(KNOWN)[:2]
    tiers = page("", results_of(first))
    both = page(tiers, results_of(second), everything=True)

    assert EVERYTHING not in tiers
    assert both.replace(f"## {EVERYTHING}{both.partition(EVERYTHING)[2].partition('## ')[0]}", "") == tiers
    assert page(both, results_of(first)) == both
    assert page(both, results_of(second), everything=True) == both


def test_every_known_difference_has_a_section_in_the_documentation() -> None:
    text = (CHILD.parents[3] / "docs" / "fidelity.md").read_text(encoding="utf-8")

    assert all(f"\n## {section}\n" in text for section in KNOWN.values())


def test_the_page_shows_all_of_a_part_or_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--tier", "1"], ["--everything", "--tier", "2"], ["--everything", "-k", "with"], ["--shard", "1/2"]):
        with pytest.raises(SystemExit):
            main(["--write", *words])
        assert "--tier 1 --tier 2, or --everything" in capsys.readouterr().err
