"""Tests for calcharo_vm/machine/intrinsics.py: operations without an opcode of their own."""

import sys
from typing import Any

import pytest

from tests.machine.running import assert_same, on_machine

INTERACTIVE = """
import sys, builtins
def shown(value): print("shown", value, sys._getframe(1).f_code.co_name)
old = sys.displayhook
try:
    sys.displayhook = shown
    exec(compile("1 + 1; None; [3]", "<guest>", "single"))
    sys.displayhook = 5
    try: exec(compile("4", "<guest>", "single"))
    except TypeError as error: print(error)
    del sys.displayhook
    try: exec(compile("5", "<guest>", "single"))
    except RuntimeError as error: print(error)
finally: sys.displayhook = old
exec(compile("'by the default hook'", "<guest>", "single"))
"""


def test_interactive_statements_show_their_value(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    monkeypatch.setattr(builtins, "_", None, raising=False)

    assert_same(INTERACTIVE)


def test_unary_plus_and_lists_to_tuples() -> None:
    assert_same("""
        class Plus:
            def __pos__(self): return "plus"
        print(+Plus(), +True, (*[1], 2), len((*range(3),)))
        try: +"s"
        except TypeError as error: print(error)
    """)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="new syntax")
def test_type_parameters() -> None:
    assert_same("""
        def f[T: int, U: (int, str), *Ts, **P](x: T): return x
        for parameter in f.__type_params__:
            print(parameter, getattr(parameter, "__bound__", None), getattr(parameter, "__constraints__", None))
        class C[T]: pass
        type Alias[K] = dict[K, C[K]]
        type Recursive = list[Recursive]
        print(C.__type_params__, C.__orig_bases__, Alias.__value__, Alias.__type_params__, Recursive.__value__)
        def bounded[T: missing](): pass
        try: bounded.__type_params__[0].__bound__
        except NameError as error: print(error)
    """)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="new syntax")
def test_type_parameters_with_defaults() -> None:
    assert_same("""
        class C[T = int, *Ts = *tuple[int, str], **P = [int]]: pass
        print([p.__default__ for p in C.__type_params__])
    """)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def g():\n    raise StopIteration\n    yield", "generator raised StopIteration"),
        ("async def g(): raise StopIteration", "coroutine raised StopIteration"),
        ("async def g():\n    raise StopIteration\n    yield", "async generator raised StopIteration"),
        ("async def g():\n    raise StopAsyncIteration\n    yield", "async generator raised StopAsyncIteration"),
    ],
)
def test_stop_iteration_must_not_leave_a_generator(source: str, message: str) -> None:
    names: dict[str, Any] = on_machine(source)
    it = names["g"]()

    with pytest.raises(RuntimeError, match=f"^{message}$") as caught:
        next(it) if hasattr(it, "__next__") else getattr(it, "__anext__", lambda: it)().send(None)

    assert type(caught.value.__cause__) in {StopIteration, StopAsyncIteration}
    assert caught.value.__cause__ is caught.value.__context__
