"""Tests for calcharo_vm/recording/queries/last_write.py and bindings.py."""

import pytest

from calcharo_vm.errors import CalcharoError, RecordingError, UnknownStep
from calcharo_vm.recording import ExecutionStep, Recording, WriteKind
from calcharo_vm.recording.queries.bindings import begun_at
from calcharo_vm.recording.queries.variables import UNBOUND, Variable, seen_from
from tests.recording.audit import record
from tests.recording.small_programs import small_program


def line_of(step: ExecutionStep | None) -> int | None:
    return None if step is None else step.line_number


def end_of(recording: Recording, function: str) -> int:
    """The last step of a function's first call."""
    last = recording.calls(function)[0].last
    assert last is not None
    return last.index


class TestNames:
    @pytest.mark.parametrize(
        ("source", "line"),
        [
            ("x = 1\ny = 2", 1),
            ("x = [1]\nx.append(2)\ny = 3", 2),
            ("x = 1\ndel x\ny = 1", 1),
            ("x = [1]\nx.append(2)\ny = x\ndel x\ny.append(3)", 2),
            ("def f():\n global x\n x = 1\nx = 0\nf()\ny = 1", 3),
            ("globals()['x'] = 1\ny = 1", 1),
            ("x = 1\nglobals().update(x=2)\ny = 1", 2),
            ("x = 1\nglobals()['x'] = 1\ny = 1", 1),
            ("x = 1\ny = [x for x in (2, 3)]", 1),
            ("try: 1 / 0\nexcept ArithmeticError as x: y = 1", 2),
            ("y = 1", None),
        ],
    )
    def test_of_a_module(self, source: str, line: int | None) -> None:
        assert line == line_of(record(source).last_write(-1, "x"))

    @pytest.mark.parametrize(
        ("body", "line"),
        [
            ("y = 1", 1),
            ("x = 2; y = 1", 2),
            ("y = [x for x in (1, 2)]", 1),
            ("y = [[x for x in (1, 2)] for x in (1, 2)]", 1),
            ("x = 3; y = [x for x in (1, 2) for x in (3,)]", 2),
            ("x.append(1)", 2),
            ("def g():\n  nonlocal x\n  x = 4\n g()", 4),
            ("def g(): return x\n g()", 1),
            ("def g(): return x\n del x", 1),
            ("def g(): return x\n x = 1\n x = 1", 4),
        ],
    )
    def test_of_an_argument(self, body: str, line: int) -> None:
        recording = record(f"def f(x):\n {body}\nf([])\n")

        assert line == line_of(recording.last_write(end_of(recording, "f"), "x"))

    def test_each_frame_has_its_own(self) -> None:
        recording = record("def f(n):\n m = n\n if n: f(n - 1)\n return m\nf(2)\n")
        calls = recording.calls("f")
        found = [recording.last_write(call.last, "m") for call in calls if call.last is not None]

        assert [row.step for row in recording.history("m")] == found

    def test_a_function_sees_global_variables(self) -> None:
        recording = record("x = 1\ndef f(): return x\nx = 2\nf()\n")

        assert 3 == line_of(recording.last_write(end_of(recording, "f"), "x"))

    def test_before_an_argument_has_a_line(self) -> None:
        recording = record("def f(x):\n return lambda: x\nf(1)\n")
        first = recording.calls("f")[0].first
        assert first is not None

        assert first == recording.last_write(first, "x")

    def test_a_cell_filled_from_outside(self) -> None:
        recording = record(
            "def f():\n x = 1\n def g(): return x\n g.__closure__[0].cell_contents = 2\n return g()\nf()\n"
        )

        assert 4 == line_of(recording.last_write(end_of(recording, "f"), "x"))

    def test_a_name_of_a_class_body(self) -> None:
        recording = record("x = 1\nclass C:\n y = x\n x = 2\n y = 3\n")
        body = [step for step in recording if step.function == "C"]

        assert 4 == line_of(recording.last_write(body[-1], "x"))
        assert 1 == line_of(recording.last_write(body[0], "x"))


class TestObjects:
    def test_the_last_change(self) -> None:
        recording = record("x = [1]\nx.append(2)\ny = {'k': x}\n")
        found = next(each.oid for each in recording[-1].heap.values() if each.type_name == "list")

        assert 2 == line_of(recording.last_write(-1, found))
        assert 1 == line_of(recording.last_write(recording.history("x")[0].step, found))

    def test_one_slot_of_it(self) -> None:
        recording = record("x = [1, 2]\nx[0] = 3\nx[1] = 4\ny = 5\n")
        found = next(each.oid for each in recording[-1].heap.values() if each.type_name == "list")

        assert [2, 3] == [line_of(recording.last_write(-1, found, slot)) for slot in (0, 1)]
        assert 1 == line_of(recording.last_write(recording.history("x")[0].step, found, 1))


class TestSteps:
    recording = record("x = 1\n")

    @pytest.mark.parametrize("step", [1000, -1000])
    def test_that_are_not_there(self, step: int) -> None:
        for ask in (self.recording.last_write, self.recording.origin, self.recording.aliases):
            with pytest.raises(UnknownStep, match="the recording has"):
                ask(step, "x")

    def test_of_another_recording(self) -> None:
        with pytest.raises(RecordingError, match="another recording"):
            self.recording.last_write(record("x = 1\n")[0], "x")

    def test_that_are_none(self) -> None:
        with pytest.raises(CalcharoError, match="a step or its index was wanted, not 'x'"):
            self.recording.last_write("x", "x")  # type: ignore[arg-type]


def settled(recording: Recording, step: int | None) -> int | None:
    """A step; where it is one of the first of a frame, the one that has a line."""
    if step is None:
        return None
    frame = recording.frames.executing(step)
    entered = [number for number in range(len(recording.frames)) if recording.frames.entered[number] == step]
    for number in (frame, *entered):
        first = recording.frames.first(number)
        if first - 1 <= step <= (begun := begun_at(recording, number, len(recording))):
            return begun
    return step


@pytest.mark.parametrize("seed", range(4))
def test_the_last_write_is_the_first_step_that_has_the_value(seed: int) -> None:
    recording = record(small_program(seed))
    first: dict[tuple[Variable, object], int] = {}
    latest: dict[Variable, tuple[Variable, object]] = {}
    for step in range(len(recording)):
        state = recording.state_after(step)
        for frame in list(state.frames):
            for name in "abcdp":
                variable = seen_from(state, frame, name)
                word = variable.word(state)
                if word is not UNBOUND and word is not None:
                    latest[variable] = variable, word
                    first.setdefault(latest[variable], step)
        if step % 13 == 0:
            for name in "abcdp":
                variable = seen_from(state, state.executing, name)
                found = recording.last_write(step, name)
                expected = first[latest[variable]] if variable in latest else None
                state = recording.state_after(step)

                assert settled(recording, expected) == settled(recording, None if found is None else found.index)


def test_histories_end_with_the_last_write() -> None:
    recording = record("def f(n):\n x = [n]\n if n: f(n - 1)\n x.append(n)\n y = 1\n return x\nf(3)\n")
    for call in recording.calls("f"):
        rows = [row for row in recording.history("x", "f") if row.frame == call.frame]

        assert call.last is not None
        assert rows[-1].step == recording.last_write(call.last, "x")
        assert WriteKind.CHANGED is rows[-1].kind
