"""Tests for calcharo_vm/recording/queries/calls.py and endings.py."""

import sys
from types import FrameType

import pytest

from calcharo_vm.recording import Call
from calcharo_vm.recording.frame_walk import frame_table
from calcharo_vm.recording.index import Index
from tests.recording.audit import record
from tests.recording.small_programs import small_program

FACTORIAL = "def f(n, k=1):\n if n < 2: return k\n return f(n - 1, k=k * n)\nx = f(4)\ny = f(0)\n"


class TestCalls:
    recording = record(FACTORIAL)

    def test_arguments_and_results(self) -> None:
        calls = self.recording.calls("f")

        assert [({"n": 4, "k": 1}, 24), ({"n": 3, "k": 4}, 24), ({"n": 2, "k": 12}, 24)] == [
            (call.arguments, call.returned) for call in calls[:3]
        ]
        assert ({"n": 0, "k": 1}, 1) == (calls[-1].arguments, calls[-1].returned)
        assert [1, 2, 3, 4, 1] == [call.depth for call in calls]

    def test_callers(self) -> None:
        calls = self.recording.calls()

        assert [("<module>", 4), ("f", 3), ("f", 3), ("f", 3), ("<module>", 5)] == [
            (call.caller, call.caller_line) for call in calls
        ]
        assert all(call.step.opname.startswith("CALL") for call in calls)

    def test_first_and_last_steps(self) -> None:
        outer, *_, inner, _last = self.recording.calls()

        assert outer.first is not None
        assert outer.last is not None
        assert inner.first is not None
        assert inner.last is not None
        assert outer.first.index < inner.first.index < inner.last.index < outer.last.index
        assert outer.first.index == outer.index + 1
        assert outer.last.opname.startswith("RETURN")

    def test_from_the_end(self) -> None:
        assert list(self.recording.calls())[::-1] == list(reversed(self.recording.calls()))
        assert {"n": 0, "k": 1} == self.recording.calls()[-1].arguments

    def test_functions_that_were_not_called(self) -> None:
        assert not self.recording.calls("g")
        assert not self.recording.calls("<module>")


def only(source: str, function: str) -> Call:
    (call,) = record(source).calls(function)
    return call


class TestEndings:
    def test_an_exception(self) -> None:
        call = only("def f(): return [][0]\ntry: f()\nexcept IndexError: pass\n", "f")

        assert call.exception is not None
        assert ("IndexError", True, None) == (call.exception.type_name, call.is_unwound, call.returned)

    def test_an_exception_of_what_it_called(self) -> None:
        call = only("def g(): 1 / 0\ndef f(): g()\ntry: f()\nexcept ArithmeticError: pass\n", "f")

        assert call.exception is not None
        assert "ZeroDivisionError" == call.exception.type_name

    @pytest.mark.parametrize("value", ["7", "None", "(1, 'a')", "[1]", "frozenset({1})"])
    def test_what_native_code_called_returned(self, value: str) -> None:
        call = only(f"r = list(map(lambda _: {value}, [1]))\n", "<lambda>")

        assert eval(value) == call.returned
        assert call.exception is None

    def test_a_generator_is_one_call(self) -> None:
        call = only("def g(n):\n yield n\n yield n\n return 'end'\nx = list(g(3))\n", "g")

        assert ({"n": 3}, "end") == (call.arguments, call.returned)

    def test_a_coroutine_is_one_call(self) -> None:
        source = (
            "import asyncio\nasync def c(n):\n await asyncio.sleep(0)\n return n\n"
            "async def main(): return await c(5)\nx = asyncio.run(main())\n"
        )

        assert 5 == only(source, "c").returned

    def test_a_generator_that_is_not_exhausted(self) -> None:
        call = only("def g(): yield 1\nx = g()\nnext(x)\n", "g")

        assert (None, None, False) == (call.last, call.returned, call.is_unwound)

    def test_a_generator_that_is_closed(self) -> None:
        call = only("def g():\n try: yield 1\n finally: pass\nx = g()\nnext(x)\nx.close()\n", "g")

        assert call.is_unwound
        assert call.exception is not None
        assert "GeneratorExit" == call.exception.type_name

    def test_a_generator_that_another_one_closes(self) -> None:
        source = "def f(): yield 1\ndef g():\n try: yield from f()\n finally: pass\nx = g()\nnext(x)\nx.close()\n"
        closed, closing = only(source, "f"), only(source, "g")

        assert closing.exception is not None
        assert "GeneratorExit" == closing.exception.type_name
        assert closed.is_unwound
        assert (closed.exception is None) == (sys.version_info >= (3, 13))

    def test_arguments_that_are_objects_and_in_cells(self) -> None:
        call = only("def f(a, *b, **c): return lambda: a\nf([1], 2, d=3)\n", "f")

        assert {"a": [1], "b": (2,), "c": {"d": 3}} == call.arguments


def native_calls(source: str) -> list[tuple[str, dict[str, object], object, int]]:
    """Function, arguments, result and depth of each call, as a profiling function sees them."""
    calls: list[list[object]] = []
    running: dict[int, list[object]] = {}
    code = compile(source, "native", "exec")

    def depth_of(frame: FrameType) -> int:
        depth, below = 0, frame.f_back
        while below is not None:
            depth, below = depth + (below.f_code.co_filename == "native"), below.f_back
        return depth

    def profile(frame: FrameType, event: str, result: object) -> None:
        if frame.f_code.co_filename != "native" or frame.f_code.co_name in ("<module>", "C", "numbers", "giving"):
            return
        if event == "call":
            names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            arguments = {name: frame.f_locals[name] for name in names if name in frame.f_locals}
            call: list[object] = [frame.f_code.co_qualname, {**arguments}, None, depth_of(frame)]
            calls.append(call)
            running[id(frame)] = call
        elif event == "return":
            running.pop(id(frame))[2] = result

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        exec(code, {"__name__": "__main__"})
    finally:
        sys.setprofile(before)
    return [tuple(call) for call in calls]  # type: ignore[misc]


def plain(arguments: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in arguments.items() if isinstance(value, int)}


@pytest.mark.parametrize("seed", range(5))
def test_calls_are_what_a_profiling_function_sees(seed: int) -> None:
    source = small_program(seed)
    recorded = [
        (call.function, plain(call.arguments), call.returned, call.depth)
        for call in record(source).calls()
        if call.function not in ("numbers", "giving") and call.function[-1] != "C"
    ]
    expected = [(name, plain(arguments), result, depth) for name, arguments, result, depth in native_calls(source)]

    assert [row[:2] + row[3:] for row in expected] == [row[:2] + row[3:] for row in recorded]
    assert [row[2] for row in expected if isinstance(row[2], int)] == [
        row[2] for row in recorded if isinstance(row[2], int)
    ]


@pytest.mark.parametrize(
    "source",
    [
        FACTORIAL,
        small_program(1),
        "def f(): 1 / 0\ntry: f()\nexcept ArithmeticError: pass\n",
        "class D:\n def __del__(self): pass\nfor n in (1, 2): D()\n",
        "def g():\n yield 1\n yield 2\na, b = g(), g()\nfor x in a: next(b)\nb.close()",
    ],
)
def test_the_table_made_by_the_recorder_is_that_of_the_journal(source: str) -> None:
    recording = record(source)
    walked, made = frame_table(recording.journal, Index(recording.journal)), recording.journal.frames
    assert made is not None

    for name in ("codes", "callers", "globals", "namespaces", "entered", "last"):
        assert getattr(walked, name) == getattr(made, name)
    for frame in range(len(made)):
        assert walked.first(frame) == made.first(frame)
    executing = [recording.state_after(step).executing for step in range(len(recording))]
    assert executing == [made.executing(step) for step in range(len(recording))]
    assert executing == [walked.executing(step) for step in range(len(recording))]


def test_threads_take_turns() -> None:
    source = (
        "import threading\ndef f(n):\n for k in range(n): e.wait(0.001)\ne = threading.Event()\n"
        "ts = [threading.Thread(target=f, args=(20,)) for n in range(3)]\n"
        "for t in ts: t.start()\nfor t in ts: t.join()\n"
    )
    recording = record(source)

    assert recording.journal.frames is None
    assert [recording.state_after(step).executing for step in range(len(recording))] == [
        recording.frames.executing(step) for step in range(len(recording))
    ]
    assert 3 == len(recording.calls("f"))
