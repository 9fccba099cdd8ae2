"""Tests for calcharo_vm/machine/operators.py and constants.py: operators and common constants by argument."""

import opcode
from typing import Any

import pytest

from calcharo_vm.machine.constants import COMMON_CONSTANTS
from calcharo_vm.machine.operators import BINARY_OPERATORS, COMPARISONS
from tests.machine.running import assert_same

SYMBOLS: list[str] = [symbol for _, symbol in opcode._nb_ops]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("number", "symbol"), [*enumerate(SYMBOLS)])
def test_binary_operators_are_those_of_the_interpreter(number: int, symbol: str) -> None:
    class Operand:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    for name in (
        "add",
        "and",
        "floordiv",
        "lshift",
        "matmul",
        "mul",
        "mod",
        "or",
        "pow",
        "rshift",
        "sub",
        "truediv",
        "xor",
    ):
        setattr(Operand, f"__{name}__", lambda *_, name=name: name)
        setattr(Operand, f"__i{name}__", lambda *_, name=name: f"i{name}")
    setattr(Operand, "__getitem__", lambda *_: "getitem")  # noqa: B010 - mypy does not know it
    names: dict[str, Any] = {"a": Operand(), "b": 1}
    statement = "a[b]" if symbol == "[]" else f"a {symbol} b"
    exec(f"a {symbol} b\nresult = a" if symbol.endswith("=") else f"result = {statement}", names)

    operand: Any = Operand()
    assert BINARY_OPERATORS[number](operand, 1) == names["result"]


def test_comparisons_are_those_of_the_interpreter() -> None:
    assert [function.__name__ for function in COMPARISONS] == ["lt", "le", "eq", "ne", "gt", "ge"]
    assert opcode.cmp_op[:6] == ("<", "<=", "==", "!=", ">", ">=")


@pytest.mark.skipif(not hasattr(opcode, "_common_constants"), reason="new in 3.14")
def test_common_constants_are_those_of_the_interpreter() -> None:
    native = opcode._common_constants  # type: ignore[attr-defined]

    assert list(COMMON_CONSTANTS[: len(native)]) == list(native)


def test_operators_of_the_guest() -> None:
    assert_same("""
        class Reflected:
            def __radd__(self, other): return "radd", other
            def __lt__(self, other): return "lt"
            def __contains__(self, other): return "yes"
        print(1 + Reflected(), Reflected() < 1, 1 in Reflected(), 1 not in Reflected(), 1 > Reflected())
        x = [1]
        y = x
        x += [2]; x *= 2
        print(x is y, x, -True, ~5, not [], 7 // 2, 7 % -4, 2 ** -1, 1 << 3, 5 & 6 | 8 ^ 1, x[0:2], x[::2])
        x[1:2] = "ab"
        del x[0]; del x[0:1]
        print(x)
        for call in (lambda: 1 + "", lambda: -"", lambda: [] < 1, lambda: 1 in 1, lambda: 1 @ 2, lambda: {}[1],
            lambda: 1 / 0):
            try: call()
            except (TypeError, KeyError, ZeroDivisionError) as error: print(type(error).__name__, error)
    """)


def test_comparisons_used_as_conditions() -> None:
    assert_same("""
        class Truth:
            def __init__(self, value): self.value = value
            def __bool__(self): print("asked"); return self.value
        class C:
            def __eq__(self, other): return Truth(True)
            def __lt__(self, other): return Truth(False)
        if C() == 1: print("equal")
        if C() < 1: print("less")
        else: print("not less")
        print(type(C() == 1).__name__, bool(C() == 1))
    """)
