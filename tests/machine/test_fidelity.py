"""Tests for docs/fidelity.md: each shows a difference from CPython that the page names."""

import sys

import pytest

from tests.machine.running import natively, on_machine, output_of


def test_the_repr_of_a_frame_shows_no_line() -> None:
    source = "import sys\nshown = repr(sys._getframe())"

    assert "line 2" in natively(source)["shown"]
    assert "line 2" not in on_machine(source)["shown"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")
def test_monitoring_reports_native_code_only() -> None:
    source = """
        import sys
        def f(): pass
        seen = []
        monitoring = sys.monitoring
        monitoring.use_tool_id(3, "test")
        monitoring.register_callback(3, monitoring.events.PY_START, lambda code, offset: seen.append(code.co_name))
        monitoring.set_local_events(3, f.__code__, monitoring.events.PY_START)
        f()
        monitoring.set_local_events(3, f.__code__, 0)
        monitoring.free_tool_id(3)
    """

    assert natively(source)["seen"] == ["f"]
    assert on_machine(source)["seen"] == []


def test_library_code_reads_the_trampoline() -> None:
    source = """
        import operator
        def f(): return 1
        same = operator.attrgetter("__code__")(f) is f.__code__
    """

    assert natively(source)["same"] is True
    assert on_machine(source)["same"] is False


def test_recursion_through_library_code_may_go_deeper() -> None:
    source = """
        import copy, sys
        nested = []
        for _ in range(sys.getrecursionlimit()):
            nested = [nested]
        try:
            copy.deepcopy(nested)
            outcome = "copied"
        except RecursionError:
            outcome = "RecursionError"
    """

    assert natively(source)["outcome"] == "RecursionError"
    assert on_machine(source)["outcome"] == "copied"


SMALLER = {
    "an exception thrown that looks like close()": (
        (3, 13),
        (3, 99),
        "def g():\n    yield 1\nit = g()\nnext(it)\nit.throw(GeneratorExit)",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SMALLER)
def test_smaller_differences(name: str) -> None:
    first, last, source = SMALLER[name]
    if not first <= sys.version_info[:2] <= last:
        pytest.skip("only between other versions")

    assert output_of(natively, source) != output_of(on_machine, source)
