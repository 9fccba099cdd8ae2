"""Tests for calcharo_vm/recording/summary.py: steps as lines of text."""

import pytest

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording import ExecutionStep, Recording, ops
from calcharo_vm.recording.summary import short
from calcharo_vm.recording.values import ObjectSnapshot
from tests.recording.audit import record
from tests.recording.test_state import with_words


def told(recording: Recording) -> list[str]:
    """The story of a recording without the numbers of the steps."""
    return [str(step)[4:].strip() for step in recording.story()]


def last_variables(source: str) -> str:
    return str(record(source)[-1]).partition("  | ")[2]


def test_a_line_of_text_a_step() -> None:
    recording = record("def f(n):\n    return n + 1\nx = f(2)\n")

    assert told(recording) == [
        "<module> 1: def f(n):",
        "<module> 3: x = f(2)",
        "f 2: return n + 1  | n = 2",
        "f 2: return n + 1  -> returns 3  | n = 2",
        *["<module> 3: x = f(2)  | x = 3"] * (len(told(recording)) - 5),
        "<module> 3: x = f(2)  -> ends  | x = 3",
    ]


def test_the_number_comes_first_and_depth_is_indentation() -> None:
    recording = record("def f(n):\n    return n and f(n - 1)\nf(1)\n")
    inner = next(step for step in reversed(recording) if step.variables_state.get("n") == 0)

    assert str(inner).startswith(f"{inner.index:>4}      f 2: ")


def test_what_is_written() -> None:
    recording = record("import sys\nprint('a', 'b')\nprint('c', file=sys.stderr)\n")

    assert any("-> writes 'a b\\n'" in line for line in told(recording))
    assert any("-> writes to stderr 'c\\n'" in line for line in told(recording))
    assert 2 == sum("-> writes" in str(step) for step in recording)


def test_a_program_that_writes_at_its_first_step() -> None:
    recording = with_words(ops.OUT, "x")

    assert any("writes" in str(step) for step in recording)
    assert "writes" not in str(recording[0])


def test_exceptions() -> None:
    recording = record("""
def f():
    try:
        raise KeyError
    finally:
        x = 1
try:
    f()
except KeyError:
    pass
""")
    lines = [str(step) for step in recording]

    assert 1 == sum("-> raises KeyError" in line for line in lines)
    assert any("-> raises again KeyError" in line for line in lines)
    assert any("-> handles KeyError" in line for line in lines)


def test_yields() -> None:
    lines = told(record("def g():\n    x = yield 1\n    return 2\nall(g())\n"))

    assert ["yields 1", "returns 2  | x = None"] == [
        line.partition("-> ")[2] for line in lines if "g " in line and "-> " in line
    ]


def test_definitions_and_cells_are_left_out() -> None:
    source = "import sys\nclass C:\n def f(self): return __class__\nx = 1\n"

    assert last_variables(source) == "x = 1"
    assert "cell" not in "".join(map(str, record(source).story()))


def test_without_source_it_is_the_instruction() -> None:
    recording = record("x = 1\n")
    recording.source = ""

    assert "<module> 1: STORE_NAME  | x = 1" in str(next(step for step in recording if step.opname == "STORE_NAME"))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("class C: pass\nc = C()\nc.x = 1\n", "c = C(x=1)"),
        ("class L(list): pass\nc = L([1])\nc.x = 2\n", "c = L([1], x=2)"),
        ("class E(Exception):\n def __init__(self, x): self.x = x\nc = E(1)\n", "c = E(x=1)"),
        ("c = KeyError('k')\n", "c = KeyError('k')"),
        ("c = ValueError('v')\nc.__context__ = KeyError('k')\n", "c = ValueError('v', __context__=KeyError('k'))"),
        ("c = ValueError('v')\nc.__cause__ = KeyError('k')\n", "c = ValueError('v', __cause__=KeyError('k'))"),
        ("c = []\nc.append(c)\n", "c = [[[[[...]]]]]"),
        ("class C: pass\nc = C()\nc.c = c\n", "c = C(c=C(c=C(c=C(c=C(...)))))"),
        ("class C: pass\nc = C()\nvars(c).update({f'a{n}': n for n in range(12)})\n", "a9=9, ...)"),
    ],
)
def test_values(source: str, shown: str) -> None:
    assert shown in last_variables(source)


def test_a_value_with_a_name() -> None:
    assert short(ObjectSnapshot("function", {}, 3, name="f")) == "<function f #3>"


def test_a_recording_that_contradicts_itself() -> None:
    recording = with_words(ops.FIELD, 0, "x", {"ref": 999}, ops.STACK, 0, 1, {"ref": 999}, ops.LEAVE, "RETURNED")
    step: ExecutionStep = recording[1]

    with pytest.raises(RecordingFormatError, match="record again"):
        str(step)
