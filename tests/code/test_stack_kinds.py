import sys
from types import CodeType, FunctionType
from typing import Any

import pytest

from calcharo_vm.code import decode
from calcharo_vm.code.stack_kinds import TOO_DEEP, UNREACHABLE, can_be_cut, stack_kinds
from calcharo_vm.machine import Machine
from calcharo_vm.machine.frame import Frame
from tests.machine.test_machine import Counter

PROGRAM = """
import contextlib
class Manager:
    def __enter__(self): return self
    def __exit__(self, *error): return True
async def wait():
    async with contextlib.AsyncExitStack() as stack:
        pass
    return [x async for x in numbers()]
async def numbers():
    yield 1
def generate(n):
    for i in range(n):
        try:
            yield i
        finally:
            i += 1
    yield from [n]
def everything(x, *more):
    total = [a.real for a in more if a and x]
    with Manager() as manager:
        manager.__exit__(1, *more)
        raise ExceptionGroup("g", [ValueError(x)])
    try:
        raise ExceptionGroup("g", [ValueError(x), KeyError(x)])
    except* ValueError as error:
        print(error, *total, sep="", end="", file=None)
    except* KeyError:
        pass
    while x:
        try:
            x -= 1
            {}[x]
        except KeyError as error:
            try: error.nothing
            except AttributeError: continue
    match more:
        case [a, *rest] if a: total += rest
        case {"a": 1}: pass
    return f"{x!r:>4}" and (x or total) and total is not None, 1 < 2 < 3
everything(3, *generate(2))
coroutine = wait()
try: coroutine.send(None)
except StopIteration: pass
"""


class Watcher(Counter):
    """An observer that compares the length of the stack with the number of kinds before each instruction."""

    def __init__(self) -> None:
        super().__init__()
        self.differences: list[object] = []

    def instruction(self, frame: Frame, index: int) -> None:
        super().instruction(frame, index)
        kinds = stack_kinds(decode(frame.code))[index]
        starts_generator = sys.version_info < (3, 13) and index < frame.decoded.first_traceable
        if kinds is UNREACHABLE or not (starts_generator or len(kinds) == len(frame.stack)):
            self.differences.append((frame.code, index, kinds))


def kinds_at(source: str, opname: str) -> str:
    """The kinds before the last instruction of that name in a function `f`."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    function = namespace["f"]
    assert type(function) is FunctionType
    decoded = decode(function.__code__)
    index = max(one.index for one in decoded.instructions if one.opname == opname)
    return stack_kinds(decoded)[index]


def test_there_is_a_kind_for_each_value_on_the_stack() -> None:
    watcher = Watcher()
    machine = Machine(observer=watcher)
    with machine.activate():
        machine.run_code(compile(PROGRAM, "<guest>", "exec"), {"__name__": "__main__"})

    assert watcher.count > 300
    assert watcher.differences == []


def test_iterators_and_exceptions_are_told_from_other_objects() -> None:
    iterating = kinds_at("def f(x):\n for a in x:\n  a + 1", "BINARY_OP")
    handling = kinds_at("def f(x):\n try: x()\n except E: x + 1", "BINARY_OP")

    assert iterating == ("iinn" if sys.version_info >= (3, 15) else "inn")
    assert handling == "Knn"


def test_cpython_does_not_analyse_more_than_21_values() -> None:
    def nested(depth: int) -> str:
        source = "def f(x):\n return " + "(x, " * depth + "(lambda: x())()" + ")" * depth
        return kinds_at(source, "BUILD_TUPLE")

    code: CodeType = compile("(x, " * 30 + "x" + ")" * 30, "<deep>", "eval")

    assert TOO_DEEP in stack_kinds(decode(code))
    assert nested(5) == "nn"


def test_what_is_below_a_handler_may_be_too_deep() -> None:
    loops = "".join(f"{' ' * i}for i{i} in x:\n" for i in range(1, 20))
    source = f"def f(x):\n{loops}{' ' * 20}with x: x\n"
    statements = "".join(f"{' ' * i}with x:\n" for i in range(1, 19))
    deep = f"def f(x):\n{statements}{' ' * 20}x\n"

    assert TOO_DEEP in (kinds_at(source, "PUSH_EXC_INFO"), kinds_at(deep, "PUSH_EXC_INFO"))


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ("", "", True),
        ("nn", "n", True),
        ("n", "nn", False),
        ("i", "n", True),
        ("n", "i", False),
        ("o", "n", False),
        ("n", "o", True),
        ("p", "n", False),
        ("Kk", "kK", True),
        (TOO_DEEP, "", False),
        ("", UNREACHABLE, False),
    ],
)
def test_a_stack_can_be_cut_where_values_may_stand_for_others(here: str, there: str, *, expected: bool) -> None:
    assert can_be_cut(here, there) is expected
