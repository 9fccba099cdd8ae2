"""Tests for calcharo_vm/recording/queries/history.py, scopes.py and names.py."""

import sys

import pytest

from calcharo_vm.errors import RecordingError
from calcharo_vm.recording import ObjectSnapshot, Outcome, Recording, WriteKind
from tests.recording.audit import record
from tests.recording.native import variables_seen
from tests.recording.small_programs import small_program

BOUND, CHANGED = WriteKind.BOUND, WriteKind.CHANGED
IS_INLINED = sys.version_info >= (3, 12)
"""Whether comprehensions are part of the function they are in."""


def found(recording: Recording, name: str, function: str | None = None) -> list[tuple[int | None, object]]:
    """The lines and values of a history."""
    return [(row.step.line_number, row.value) for row in recording.history(name, function)]


class TestWhatIsInAHistory:
    recording = record("a = [1]\na.append(2)\nb = a\nb += [3]\na = 4\ndel a\na = 5\na = 5\n")

    def test_bindings_and_changes_in_place(self) -> None:
        rows = self.recording.history("a")

        assert [(BOUND, [1]), (CHANGED, [1, 2]), (CHANGED, [1, 2, 3]), (BOUND, 4), (BOUND, 5), (BOUND, 5)] == [
            (row.kind, row.value) for row in rows
        ]
        assert [1, 2, 4, 5, 7, 8] == [row.step.line_number for row in rows]
        assert all(row.index == row.step.index and row.name == "a" for row in rows)

    def test_an_augmented_assignment_changes_and_binds(self) -> None:
        rows = [(row.kind, row.value) for row in self.recording.history("b")]

        assert [(BOUND, [1, 2]), (CHANGED, [1, 2, 3]), (BOUND, [1, 2, 3])] == rows

    def test_names_that_nothing_was_bound_to(self) -> None:
        assert not self.recording.history("c")
        assert not self.recording.history("a", "f")

    def test_a_name_is_a_string(self) -> None:
        with pytest.raises(RecordingError, match="the name of a variable was wanted, not 3"):
            self.recording.history(3)  # type: ignore[arg-type]


class TestStatementsThatBind:
    @pytest.mark.parametrize(
        ("source", "values"),
        [
            ("for x in (1, 2): pass", [1, 2]),
            ("with open(0, closefd=False) as x: x = 1\nx = 2", [1, 2]),
            ("import os as x\nx = 1", [1]),
            ("from math import tau as x", [6.283185307179586]),
            ("print(x := 3)", [3]),
            ("x, *y = 1, 2", [1]),
            ("match 4:\n case x: pass", [4]),
            ("x = 1\nx += 1", [1, 2]),
            ("def f(a, *, x=1): pass\nf(0)\nf(0, x=2)", [1, 2]),
            ("globals()['x'] = 1\nimport sys\nsys.modules[__name__]\nexec('x = 2')", [1, 2]),
            ("def f():\n global x\n x = 1\nf()\nx = 2", [1, 2]),
            ("class C:\n x = 1\n x = 2", [1, 2]),
            ("def f(): yield from (1, 2)\nfor x in f(): pass", [1, 2]),
        ],
    )
    def test_each(self, source: str, values: list[object]) -> None:
        history = record(source).history("x")

        assert values == [row.value for row in history if not isinstance(row.value, ObjectSnapshot)]
        assert all(row.kind is BOUND for row in history)

    def test_the_target_of_except_is_unbound_without_a_row(self) -> None:
        recording = record("try: 1 / 0\nexcept ZeroDivisionError as e: pass\ne = 1\n")

        assert [(2, "ZeroDivisionError"), (3, "int")] == [
            (line, value.type_name if isinstance(value, ObjectSnapshot) else type(value).__name__)
            for line, value in found(recording, "e")
        ]

    def test_the_target_of_except_in_a_cell(self) -> None:
        source = "def f():\n try: 1 / 0\n except ArithmeticError as e: g = lambda: e\n e = 2\nf()"

        assert [3, 4] == [line for line, _value in found(record(source), "e", "f")]

    def test_functions_and_classes(self) -> None:
        assert [1, 2] == [
            row.index and row.step.line_number for row in record("def x(): pass\nclass x: pass").history("x")
        ]


class TestWhoseVariableItIs:
    def test_arguments_are_bound_by_the_first_line(self) -> None:
        rows = record("def f(a, *rest):\n return a\nf(1, 2)\n").history("a", "f")

        assert [(1, 1, BOUND)] == [(row.value, row.step.line_number, row.kind) for row in rows]

    def test_each_frame_of_a_recursion_has_its_own(self) -> None:
        recording = record("def f(n):\n m = n\n if n: f(n - 1)\n m = -n\nf(2)\n")
        frames = [call.frame for call in recording.calls("f")]
        rows = recording.history("m", "f")

        assert [2, 1, 0, 0, -1, -2] == [row.value for row in rows]
        assert [*frames, *reversed(frames)] == [row.frame for row in rows]

    def test_a_closure_shares_its_variable(self) -> None:
        source = (
            "def f(x):\n def g():\n  nonlocal x\n  x += 1\n  x += 0\n return g\n"
            "def h():\n x = 'other'\ng = f(1)\ng()\nh()\ng()\n"
        )
        recording = record(source)

        assert [1, 2, 2, 3, 3] == [row.value for row in recording.history("x", "f")]
        assert [1, 2, 2, 3, 3] == [row.value for row in recording.history("x", "f.<locals>.g")]
        assert ["other"] == [row.value for row in recording.history("x", "h")]
        assert [1, 2, 2, "other", 3, 3] == [row.value for row in recording.history("x")]

    def test_what_a_closure_keeps_is_changed_after_its_function_has_returned(self) -> None:
        source = "def f(x):\n def g(): x.append(2)\n return g\nf([1])()\n"
        rows = record(source).history("x")

        assert [(BOUND, [1]), (CHANGED, [1, 2])] == [(row.kind, row.value) for row in rows]

    def test_a_cell_written_from_outside(self) -> None:
        source = "def f():\n x = 1\n return lambda: x\ng = f()\ng.__closure__[0].cell_contents = 2\n"

        assert [1, 2] == [row.value for row in record(source).history("x", "f")]

    def test_a_global_variable_has_one_history_wherever_it_is_written(self) -> None:
        recording = record("x = 1\ndef f():\n global x\n x = 2\ndef g(): return x\nf()\nx = 3\ng()\n")

        assert [1, 2, 3] == [value for _line, value in found(recording, "x")]
        for function in ("<module>", "f", "g"):
            assert [1, 2, 3] == [value for _line, value in found(recording, "x", function)]

    def test_a_class_body_has_its_own(self) -> None:
        recording = record("x = 1\nclass C:\n x = 2\n y = x\nclass D:\n y = x\n")

        assert [2] == [value for _line, value in found(recording, "x", "C")]
        assert [1] == [value for _line, value in found(recording, "x", "D")]
        assert [1] == [value for _line, value in found(recording, "x", "<module>")]

    def test_the_variable_of_a_comprehension(self) -> None:
        recording = record("def f():\n i = 5\n j = [i for i in (1, 2)]\n i = 6\nf()\n")

        assert [5, 1, 2, 6] == [value for _line, value in found(recording, "i")]
        assert ([5, 1, 2, 6] if IS_INLINED else [5, 6]) == [value for _line, value in found(recording, "i", "f")]
        assert ([] if IS_INLINED else [1, 2]) == [
            value for _line, value in found(recording, "i", "f.<locals>.<listcomp>")
        ]

    def test_what_a_comprehension_put_aside_is_changed_later(self) -> None:
        recording = record("def f():\n i = [5]\n j = [i for i in (1, 2)]\n i.append(6)\nf()\n")

        assert [(2, [5]), (3, 1), (3, 2), (4, [5, 6])] == found(recording, "i")

    def test_comprehensions_of_modules_and_with_closures(self) -> None:
        recording = record("i = 5\nj = [i for i in (1, 2)]\ndef f():\n return [(lambda: k)() for k in (3, 4)]\nf()\n")

        assert [5, 1, 2] == [value for _line, value in found(recording, "i")]
        assert [3, 4] == [value for _line, value in found(recording, "k")]

    def test_a_generator_keeps_its_variable_while_it_is_suspended(self) -> None:
        source = "def g():\n x = []\n yield x\n x = 1\n yield x\nk = g()\nnext(k).append(7)\nnext(k)\n"

        assert [(2, []), (7, [7]), (4, 1)] == found(record(source), "x", "g")

    def test_threads_have_their_own(self) -> None:
        source = (
            "import threading\ndef f(x):\n y = x\nfor n in (1, 2):\n"
            " t = threading.Thread(target=f, args=(n,)); t.start(); t.join()\n"
        )
        recording = record(source)
        rows = recording.history("y", "f")

        assert [1, 2] == [row.value for row in rows]
        assert 2 == len({row.step.thread for row in rows})


def test_an_object_that_several_variables_stand_for_changes_once() -> None:
    recording = record("def f(x, n):\n if n: f(x, n - 1)\n else: x.append(1)\nf([], 2)\n")

    assert [BOUND] * 3 + [CHANGED] == [row.kind for row in recording.history("x", "f")]


def test_variables_of_many_frames_are_forgotten() -> None:
    source = "def f(x):\n x.append(1)\ndef g(x): pass\nfor n in range(300): f([]); g(n)\nlate = [0]\nlate.append(1)\n"
    recording = record(source)

    assert 900 == len(recording.history("x"))
    assert [(5, [0]), (6, [0, 1])] == found(recording, "late")


def test_a_namespace_that_holds_itself() -> None:
    rows = record("x = globals()\ny = 1\n").history("x")

    assert [(1, BOUND), (2, CHANGED)] == [(row.step.line_number, row.kind) for row in rows]


def test_what_the_program_is_started_with() -> None:
    from calcharo_vm import execute_and_trace

    recording = execute_and_trace("y = x\nx = 2", globals={"x": 1})

    assert [1, 2] == [row.value for row in recording.history("x")]


def test_a_name_bound_through_the_namespace_again() -> None:
    recording = record("x = 1\nn = globals()\nn['x'] = 1\nn['x'] = 2\ndel n['x']\nn.update(x=3)\nn.clear()\n")

    assert [1, 2, 3] == [row.value for row in recording.history("x")]


def number_of(value: object) -> object:
    """The number that tells a binding of a small program apart, or None."""
    if isinstance(value, ObjectSnapshot) and value.type_name == "KeyError":
        assert isinstance(value.value, tuple)
        return value.value[0]
    if isinstance(value, KeyError):
        return value.args[0]
    return value if type(value) is int else None


@pytest.mark.parametrize("seed", range(12))
def test_histories_are_what_native_frames_show(seed: int) -> None:
    source = small_program(seed)
    expected: dict[str, dict[object, None]] = {}
    for variables in variables_seen(source):
        for name in variables.keys() & {"a", "b", "c", "d", "p"}:
            expected.setdefault(name, {})[number_of(variables[name])] = None
    recording = record(source)

    for name, numbers in expected.items():
        bound = [number_of(row.value) for row in recording.history(name) if row.kind is BOUND]
        assert [number for number in numbers if number is not None] == [
            number for number in bound if number is not None
        ]


def test_an_empty_recording_has_no_history() -> None:
    recording = Recording(record("").journal, Outcome("completed"))

    assert not recording.history("x")
