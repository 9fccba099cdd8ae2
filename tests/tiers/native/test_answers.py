"""Tests that recordings of the native tier answer questions, and can be written and read again."""

from pathlib import Path

import pytest

from calcharo_vm import Recording
from calcharo_vm.recording.queries.rows import Handling, WriteKind
from calcharo_vm.recording.values import ExceptionState, Ref
from tests.tiers.native.native import lines_of, record
from tests.tiers.native.programs import PROGRAMS


class TestSteps:
    def test_what_a_step_says(self) -> None:
        step = record("def double(n):\n    m = [n] * 2\n    return m\ntotal = double(3)\n")[3]

        assert (step.opname, step.oparg, step.line_number, step.column) == ("LINE", None, 3, 11)
        assert (step.function, step.filename, step.thread) == ("double", "<string>", 0)
        assert step.variables_state == {"n": 3, "m": [3, 3]}
        assert step.globals_state["total"] == [3, 3]  # the rest of the caller's line is part of the step
        assert step.call_stack[-1].arguments == {"n": 3}
        assert step.value_stack == ()
        assert step.evaluations == ()
        assert step.condition is None
        assert step.memory_bytes > 0
        assert any(each.type_name == "list" for each in step.heap.values())

    def test_statistics(self) -> None:
        statistics = record("k = 1").statistics

        assert (statistics.tier, statistics.reason) == ("native", "")

    @pytest.mark.parametrize("name", ["exceptions", "generators", "closures"])
    def test_backwards_is_forwards_reversed(self, name: str) -> None:
        recording = record(PROGRAMS[name])
        forwards = [(step.variables_state, step.stdout_snapshot, step.exception) for step in recording]

        backwards = [(step.variables_state, step.stdout_snapshot, step.exception) for step in reversed(recording)]

        assert repr(backwards[::-1]) == repr(forwards)


class TestExceptions:
    source = """\
def low():
    raise KeyError("k")
def middle():
    try:
        low()
    finally:
        done = True
def high():
    try:
        middle()
    except KeyError as error:
        return str(error)
high()
"""

    def test_events_of_steps(self) -> None:
        recording = record(self.source)
        events = [(step.line_number, step.exception) for step in recording if step.exception is not None]

        assert [(line, event.state) for line, event in events] == [
            (2, ExceptionState.RAISED),
            (7, ExceptionState.PROPAGATED),
            (11, ExceptionState.HANDLED),
        ]
        assert [event.unwound for _line, event in events] == [("low",), ("middle",), ("middle",)]
        assert [event.caught_by for _line, event in events] == ["middle", "high", "high"]

    def test_raises(self) -> None:
        (row,) = record(self.source).raises()

        assert (row.type_name, row.function, row.left) == ("KeyError", "low", ("low", "middle"))
        assert row.handling is Handling.CAUGHT
        assert row.caught is not None
        assert row.caught.line_number == 11

    def test_what_a_statement_with_passes_on_at_once(self) -> None:
        source = (
            "class Held:\n    def __enter__(self): pass\n    def __exit__(self, *_): pass\n"
            "def fail():\n    with Held(): raise ValueError(1)\n"
            "try:\n    fail()\nexcept ValueError:\n    pass\n"
        )

        rows = list(record(source).raises())
        assert [(row.type_name, row.left, row.handling) for row in rows] == [("ValueError", ("fail",), Handling.CAUGHT)]

    def test_uncaught(self) -> None:
        recording = record("def f():\n    return 1 / 0\nf()\n")
        (row,) = recording.raises()

        assert (row.handling, row.left) == (Handling.UNCAUGHT, ("f", "<module>"))
        assert "ZeroDivisionError" in recording.stderr
        assert "calcharo" not in recording.stderr

    def test_another_exception_in_the_handler(self) -> None:
        source = (
            "try:\n    try:\n        1 / 0\n    except ZeroDivisionError:\n        [].pop()\n"
            "except IndexError:\n    k = 1\n"
        )

        assert [(row.type_name, row.caught and row.caught.line_number) for row in record(source).raises()] == [
            ("ZeroDivisionError", 4),
            ("IndexError", 6),
        ]

    def test_the_end_of_a_loop_is_no_exception(self) -> None:
        source = (
            "class Once:\n    def __iter__(self): return self\n    def __next__(self): raise StopIteration\n"
            "for k in Once(): pass\n"
        )
        recording = record(source)

        assert {row.function for row in recording.raises()} == {"Once.__next__"}


class TestQuestions:
    source = """\
def add(items, n):
    total = 0
    items.append(n)
    total = total + n
    return total
box = []
for n in (1, 2):
    last = add(box, n)
"""

    def test_history_of_a_local_variable(self) -> None:
        rows = [(row.step.line_number, row.kind, row.value) for row in record(self.source).history("total")]

        assert rows == [
            (2, WriteKind.BOUND, 0),
            (4, WriteKind.BOUND, 1),
            (2, WriteKind.BOUND, 0),
            (4, WriteKind.BOUND, 2),
        ]

    def test_history_of_an_argument_and_what_it_stands_for(self) -> None:
        rows = record(self.source).history("items", function="add")

        assert [(row.step.line_number, row.kind, row.value) for row in rows] == [
            (2, WriteKind.BOUND, []),
            (3, WriteKind.CHANGED, [1]),
            (2, WriteKind.BOUND, [1]),
            (3, WriteKind.CHANGED, [1, 2]),
        ]

    def test_history_of_a_global_variable(self) -> None:
        rows = record(self.source).history("last")

        assert [(row.step.line_number, row.value) for row in rows] == [(5, 1), (5, 2)]

    def test_history_of_a_shared_variable(self) -> None:
        rows = record(PROGRAMS["closures"]).history("count", function="counter.<locals>.step")

        assert {row.value for row in rows} == {0, 1, 5, 7}

    def test_history_of_a_global_variable_of_a_function(self) -> None:
        rows = record("k = 0\ndef f():\n    global k\n    k = 1\n    k = 2\nf()\n").history("k", function="f")

        assert [row.value for row in rows] == [0, 1, 2]

    def test_last_write(self) -> None:
        recording = record(self.source)
        last = next(step for step in reversed(recording) if step.line_number == 5)

        found = [recording.last_write(last, name) for name in ("total", "items", "n", "last", "missing")]

        assert [step and step.line_number for step in found] == [4, 3, 2, 5, None]

    def test_origin_ends_where_the_value_was_bound(self) -> None:
        recording = record(self.source)
        last = next(step for step in reversed(recording) if step.line_number == 5)

        assert [link.description for link in recording.origin(last, "total")] == ["total is bound"]
        assert [link.description for link in recording.origin(last, "n")] == ["n is an argument of add"]

    def test_calls(self) -> None:
        rows = list(record(self.source).calls("add"))

        assert [row.arguments for row in rows] == [{"items": [], "n": 1}, {"items": [1], "n": 2}]
        assert [(row.caller, row.depth, row.is_unwound) for row in rows] == [("<module>", 1, False)] * 2
        assert [row.last and row.last.line_number for row in rows] == [5, 5]

    def test_calls_that_end_in_a_line_of_their_caller(self) -> None:
        source = (
            "def g(fail):\n    yield 1; 1 / (not fail)\n"
            "for fail in (False, True):\n    it = g(fail)\n    next(it)\n    list(it)\n"
        )

        assert [row.is_unwound for row in record(source).calls("g")] == [False, True]

    def test_lines_hits_and_output(self) -> None:
        recording = record("for k in range(2):\n    print(k)\n")

        assert [step.line_number for step in recording.lines()] == [1, 2, 1, 2, 1]
        assert [hit.step.index for hit in recording.hits("<string>", 2)] == [1, 3]
        assert [(row.step.index, row.text) for row in recording.output()] == [(1, "0\n"), (3, "1\n")]
        assert "print(k)  -> writes '1\\n'  | k = 1" in str(recording.story()[3])

    def test_writes_to_an_object(self) -> None:
        recording = record("box = []\nbox.append(1)\nbox[0] = 2\n")
        box = recording[-1].call_stack[-1].references["box"]
        assert isinstance(box, Ref)

        assert [row.step.line_number for row in recording.writes(box.oid)] == [1, 2, 3]


@pytest.mark.parametrize("name", ["exceptions", "generators", "classes", "coroutines"])
def test_round_trips(name: str, tmp_path: Path) -> None:
    recording = record(PROGRAMS[name])
    recording.save(tmp_path / "it.calcharo")
    text = recording.to_json()
    assert text is not None

    for other in (Recording.open(tmp_path / "it.calcharo"), Recording.from_json(text)):
        assert repr(lines_of(other)) == repr(lines_of(recording))
        assert [step.exception for step in other] == [step.exception for step in recording]
        assert [step.call_stack for step in other] == [step.call_stack for step in recording]
        assert other.outcome == recording.outcome
