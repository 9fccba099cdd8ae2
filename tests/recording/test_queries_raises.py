"""Tests for calcharo_vm/recording/queries/raises.py."""

import random
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from calcharo_vm import Limits, TracerConfig, execute_and_trace
from calcharo_vm.errors import RecordingError
from calcharo_vm.recording import Handling, Raise, ops
from tests.recording.audit import record

CAUGHT, OUTSIDE, UNCAUGHT = Handling.CAUGHT, Handling.CAUGHT_OUTSIDE, Handling.UNCAUGHT


def rows(source: str, kind: str | None = None) -> list[Raise]:
    answer = record(source).raises(kind)
    assert list(answer)[::-1] == list(reversed(answer))
    return list(answer)


def row(source: str, kind: str | None = None) -> Raise:
    (found,) = rows(source, kind)
    return found


class TestWhereItIsCaught:
    @pytest.mark.parametrize(
        ("body", "line"),
        [
            ("try: f()\nexcept ValueError: pass", 3),
            ("try: f()\nexcept KeyError: pass\nexcept ValueError as e: pass", 4),
            ("try: f()\nexcept: pass", 3),
            ("try:\n try: f()\n except KeyError: pass\nexcept ValueError: pass", 5),
            ("try:\n try: f()\n finally: x = 1\nexcept ValueError: pass", 5),
            ("try:\n try: f()\n finally:\n  try: {}[1]\n  except KeyError: pass\nexcept ValueError: pass", 7),
            ("try: f()\nexcept* ValueError: pass", 3),
            ("import contextlib\nwith contextlib.suppress(ValueError): f()", 3),
            (
                "class C:\n def __enter__(self): 1\n def __exit__(self, *_): return 1\ndef g():\n with C(): f()\ng()",
                6,
            ),
            ("try: f()\nexcept ValueError: raise KeyError from None", 3),
        ],
    )
    def test_in_the_program(self, body: str, line: int) -> None:
        found = rows(f"def f(): raise ValueError('v')\n{body}\n", "ValueError")[0]

        assert (CAUGHT, ("f",), "f", "v") == (found.handling, found.left, found.function, found.message)
        assert found.caught is not None
        assert line == found.caught.line_number
        assert found.step.line_number == 1

    def test_in_no_handler(self) -> None:
        found = row("def f(): g()\ndef g(): raise ValueError('v')\nf()\n")

        assert (UNCAUGHT, ("g", "f", "<module>")) == (found.handling, found.left)
        assert (None, None) == (found.caught, found.caught_in)

    @pytest.mark.parametrize(
        "source",
        [
            "class C:\n def __getattr__(self, name): raise AttributeError\nx = getattr(C(), 'a', 1)\n",
            "class C:\n def __iter__(self): return self\n def __next__(self): raise StopIteration\nlist(C())\n",
        ],
    )
    def test_outside_of_the_program(self, source: str) -> None:
        found = row(source)

        assert OUTSIDE is found.handling
        assert 1 == len(found.left)
        assert found.caught is None

    def test_native_code_raises_another_one(self) -> None:
        source = "class C:\n def __iter__(self): raise TypeError('mine')\ntry: bytes(C())\nexcept TypeError: pass\n"
        first, second = rows(source)

        assert ("mine", ("C.__iter__",), OUTSIDE, None) == (first.message, first.left, first.handling, first.caught)
        assert ("<module>", (), "<module>") == (second.function, second.left, second.caught_in)
        assert "bytes" in second.message

    def test_it_was_on_its_way_when_the_recording_ended(self) -> None:
        found = rows("import os\ntry: 1 / 0\nexcept ArithmeticError: 1 // 0\n")

        assert [(CAUGHT, "<module>"), (UNCAUGHT, None)] == [(each.handling, each.caught_in) for each in found]


class TestWhichExceptionsThereAre:
    def test_a_finally_clause_does_not_raise_anew(self) -> None:
        source = "def f():\n try: 1 / 0\n finally: x = 1\ndef g():\n try: f()\n finally: x = 2\n"
        found = row(source + "try: g()\nexcept ArithmeticError: pass\n")

        assert (("f", "g"), "<module>") == (found.left, found.caught_in)

    def test_raise_does(self) -> None:
        source = "try:\n try: 1 / 0\n except ArithmeticError: raise\nexcept ArithmeticError: pass\n"

        assert [(2, 3), (3, 4)] == [
            (each.step.line_number, each.caught and each.caught.line_number) for each in rows(source)
        ]

    def test_another_one_that_a_handler_raises(self) -> None:
        source = "def f():\n try: 1 / 0\n except ArithmeticError as e: raise KeyError from e\n"
        first, second = rows(source + "try: f()\nexcept KeyError: pass\n")

        assert ("f", (), CAUGHT) == (first.caught_in, first.left, first.handling)
        assert ("<module>", ("f",), CAUGHT) == (second.caught_in, second.left, second.handling)

    def test_out_of_native_code(self) -> None:
        source = "try: sorted([2, 1], key=lambda x: 1 / 0)\nexcept ZeroDivisionError: pass\n"
        found = row(source)

        assert (("<lambda>",), "<module>") == (found.left, found.caught_in)

    def test_thrown_into_a_generator(self) -> None:
        source = (
            "def g():\n try: yield\n finally: x = 1\nk = g()\nnext(k)\ntry: k.throw(OSError)\nexcept OSError: pass\n"
        )
        found = row(source)

        assert ("g", ("g",), "<module>") == (found.function, found.left, found.caught_in)

    def test_what_becomes_of_an_end_of_iteration_in_a_generator(self) -> None:
        source = "def g():\n yield\n raise StopIteration\ntry: list(g())\nexcept RuntimeError: pass\n"
        first, second = rows(source)

        assert ("StopIteration", OUTSIDE) == (first.type_name, first.handling)
        assert ("RuntimeError", "<module>") == (second.type_name, second.caught_in)

    def test_in_coroutines(self) -> None:
        source = (
            "import asyncio\nasync def f():\n await asyncio.sleep(0)\n raise ValueError\n"
            "async def main():\n try: await f()\n except ValueError: return 1\nasyncio.run(main())\n"
        )
        found = row(source, "ValueError")

        assert ("f", ("f",), "main") == (found.function, found.left, found.caught_in)

    def test_the_end_of_an_asynchronous_loop(self) -> None:
        source = "import asyncio\nasync def f(): yield 1\nasync def m():\n async for x in f(): pass\nasyncio.run(m())\n"

        assert [CAUGHT] == [each.handling for each in rows(source, "StopAsyncIteration")]


def test_in_threads() -> None:
    source = (
        "import threading\nb = threading.Barrier(2)\ndef f():\n b.wait()\n raise ValueError\n"
        "def g():\n for k in range(5):\n  try:\n   try: f()\n   finally: b.wait()\n  except ValueError: pass\n"
        "ts = [threading.Thread(target=g) for n in range(2)]\nfor t in ts: t.start()\nfor t in ts: t.join()\n"
    )
    found = rows(source, "ValueError")

    assert [("f", ("f",), "g")] * 10 == [(each.function, each.left, each.caught_in) for each in found]


class TestWhileOtherThreadsGoOn:
    """An exception is in native code, between two functions of the program, while another thread executes."""

    SOURCE = (
        "import threading\ndef inner(): raise ValueError('v')\ndef outer(): call(inner)\n"
        "def work():\n try: outer()\n except ValueError: pass\n"
        "t = threading.Thread(target=work, daemon=True)\nt.start()\nbegun.wait()\n"
        "for n in range(200): x = [n]\nend.set()\nt.join()\n"
    )

    @pytest.fixture
    def names(self) -> Iterator[dict[str, object]]:
        begun, end = threading.Event(), threading.Event()

        def call(function: Callable[[], object]) -> None:
            try:
                function()
            finally:
                begun.set()
                assert end.wait(60)

        yield {"call": call, "begun": begun, "end": end}
        end.set()

    def test_it_is_one_exception(self, names: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ops, "CHUNK_STEPS", 20)
        recording = record(self.SOURCE, names=names)
        (found,) = recording.raises("ValueError")
        steps = [step for step in reversed(recording) if step.thread == found.step.thread]
        events = [step.exception for step in steps if step.exception is not None]
        counted = next(step for step in recording if step.variables_state.get("n") == 199)

        assert ("inner", ("inner", "outer"), "work") == (found.function, found.left, found.caught_in)
        assert ["handled", "raised"] == [each.state for each in events]
        assert [("inner", "outer")] * 2 == [each.unwound for each in events]
        assert counted.index < found.step.index

    def test_the_recording_ends_before_its_step_does(self, names: dict[str, object]) -> None:
        recording = execute_and_trace(self.SOURCE, TracerConfig(limits=Limits(steps=500)), globals=names)

        assert "limit" == recording.outcome.status
        assert not recording.raises()


class TestAsking:
    def test_by_class_or_name(self) -> None:
        recording = record("for k in (1, 'a'):\n try: [][k]\n except (IndexError, TypeError): pass\n")

        assert ["IndexError", "TypeError"] == [each.type_name for each in recording.raises()]
        assert ["TypeError"] == [each.type_name for each in recording.raises("TypeError")]
        assert ["IndexError"] == [each.type_name for each in recording.raises(IndexError)]
        assert not recording.raises("LookupError")
        with pytest.raises(RecordingError, match="an exception's class or its name was wanted, not 3"):
            recording.raises(3)  # type: ignore[arg-type]

    def test_none(self) -> None:
        assert not record("x = 15\n" * 5).raises()


def program_that_raises(seed: int) -> str:
    """Functions that call each other in try statements of all kinds, and raise."""
    choose = random.Random(seed)
    lines = ["class E0(Exception): pass", "class E1(Exception): pass", "class E2(E1): pass"]

    def statement(indent: str, level: int, depth: int) -> None:
        kind = choose.choice(("raise", "call", "try", "finally", "both", "pass"))
        if kind == "raise":
            lines.append(f"{indent}if count(): raise E{choose.randint(0, 2)}({len(lines)})")
        elif kind == "call" and level:
            lines.append(f"{indent}f{level - 1}()")
        elif kind in ("try", "finally", "both") and depth < 3:
            lines.append(f"{indent}try:")
            statement(indent + " ", level, depth + 1)
            if kind != "finally":
                lines.append(f"{indent}except E{choose.randint(0, 2)} as e:")
                statement(indent + " ", level, depth + 1)
            if kind != "try":
                lines.append(f"{indent}finally:")
                statement(indent + " ", level, depth + 1)
        else:
            lines.append(f"{indent}x = {len(lines)}")

    lines.extend(("n = [0]", "def count():", " n[0] += 1", " return n[0] % 3"))
    for level in range(4):
        lines.append(f"def f{level}():")
        for _ in range(3):
            statement(" ", level, 0)
    lines.extend(("for k in range(6):", " try: f3()", " except Exception: pass"))
    return "\n".join(lines) + "\n"


def touched_natively(source: str) -> list[tuple[str, str]]:
    """Class and function for each frame that an exception comes to, as a tracing function sees them."""
    found: list[tuple[str, str]] = []

    def trace(frame: FrameType, event: str, arg: object) -> object:
        if frame.f_code.co_filename != "native":
            return None
        if event == "exception":
            assert isinstance(arg, tuple)
            found.append((arg[0].__name__, frame.f_code.co_qualname))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        exec(compile(source, "native", "exec"), {"__name__": "__main__"})
    finally:
        sys.settrace(before)
    return found


@pytest.mark.parametrize("seed", range(25))
def test_exceptions_come_to_the_frames_that_a_tracing_function_sees(seed: int) -> None:
    source = program_that_raises(seed)
    recorded: list[tuple[str, str]] = []
    for each in record(source).raises():
        touched = [*each.left, *([] if each.caught_in is None else [each.caught_in])]
        recorded.extend((each.type_name, function) for function in touched)

    assert sorted(touched_natively(source)) == sorted(recorded)


def test_what_a_policy_refuses_is_among_what_is_raised() -> None:
    source = "try: import os\nexcept Exception: pass\ntry: open\nexcept KeyError: pass"

    recording = execute_and_trace(source, TracerConfig(policy="standard"))

    assert [(1, CAUGHT), (3, UNCAUGHT)] == [(each.step.line_number, each.handling) for each in recording.violations]
