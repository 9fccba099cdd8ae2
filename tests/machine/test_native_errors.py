"""Tests for calcharo_vm/machine/native_errors.py: CPython words the errors of arguments that do not fit."""

import ast
from textwrap import dedent
from typing import Any

import pytest

from calcharo_vm.machine.native_errors import with_native_errors
from tests.machine.running import assert_same

NAMES = """
import builtins, dis, inspect, signal, sys, types, warnings
def f(): return 1
def g(): yield 1
def outer():
    n = 1
    def inner(): return n
    return inner
inner, it = outer(), g()
cell, = inner.__closure__
def shown(call):
    try: return call()
    except (TypeError, ValueError, OverflowError, AttributeError) as error: return type(error).__name__, str(error)
"""
WRONG = {
    "namespaces": """
        globals(1), globals(x=1), locals(1, 2), locals(x=1), vars(1, 2), vars(object=1), dir(1, 2), dir(x=1)
    """,
    "super": """
        super(x=1), super(1, 2, 3), super(1, 2), super(int, 1, x=2)
    """,
    "compile": """
        compile(), compile("x"), compile("x", "f"), compile("x", filename="f"), compile("x", "f", "exec", source="y")
        compile("x", "f", "exec", 0, 0, -1, 5), compile("x", "f", "exec", "flags"), compile("x", "f", "exec", None)
        compile("x", "f", "exec", flags=1.5), compile("x", 5, "exec"), compile("x", "f", 5)
        compile("x", "f", "exec", x=1), compile("x", "f", "exec", optimize=10), compile("x", "f", "exec", optimize="x")
        compile("x", "f", "exec", 0, dont_inherit="yes").co_filename, compile("x", b"f", "exec").co_filename
    """,
    "eval": """
        eval(), eval("1", {}, {}, {}), eval(x=1), eval(source="1"), eval("1", x=1), eval("1", 5), eval("1", None, 5)
        eval(inner.__code__), eval(f.__code__, closure=()), eval("1", globals={}), eval("1", {"__builtins__": 5})
    """,
    "exec": """
        exec(), exec("1", {}, {}, {}), exec("1", x=1), exec("1", 5), exec("1", globals={}), exec("1", closure=(1,))
        exec(f.__code__, closure=(1,)), exec(f.__code__, closure=5), exec(f.__code__, closure=()), exec(inner.__code__)
        exec(inner.__code__, closure=(1,)), exec(inner.__code__, closure=(cell, cell))
        exec(inner.__code__, closure=[cell]), exec(inner.__code__, closure=(cell,)), exec("1", closure=None)
    """,
    "making classes and functions": """
        builtins.__build_class__(), builtins.__build_class__(1), builtins.__build_class__(1, "x")
        builtins.__build_class__(f, 1), types.FunctionType(), types.FunctionType(f.__code__)
        types.FunctionType(f.__code__, {}, 5), types.FunctionType(f.__code__, {}, "n", 5)
        types.FunctionType(f.__code__, {}, "n", (), 5), types.FunctionType(f.__code__, {}, code=f.__code__)
        types.FunctionType(inner.__code__, {}, "n", (), (1,)), types.FunctionType(f.__code__, {}, x=1)
    """,
    "the interpreter": """
        sys.getrefcount(), sys.getrefcount(1, 2), sys.getrefcount(object=1), sys.setrecursionlimit()
        sys.setrecursionlimit(1, 2), sys.setrecursionlimit(limit=1), sys.setrecursionlimit("x")
        sys.setrecursionlimit(1.5), sys.getrecursionlimit(1), sys.getrecursionlimit(x=1)
    """,
    "frames": """
        sys._getframe("x"), sys._getframe(None), sys._getframe(1.0), sys._getframe(1, 2), sys._getframe(depth=1)
        sys._getframe(True).f_code.co_name, sys._getframe(False).f_code.co_name, sys._getframe(-1).f_code.co_name
        sys._getframe(1 << 40), sys._getframe(1 << 70), sys._getframe(-(1 << 70)), inspect.currentframe(1)
        inspect.currentframe(x=1), sys._getframemodulename("x"), sys._getframemodulename(depth=1, x=2)
        sys._getframemodulename(depth=10 ** 6), sys._getframemodulename(depth=0), sys._getframemodulename(1, 2)
    """,
    "tracing": """
        sys.settrace(), sys.settrace(1, 2), sys.settrace(x=1), sys.gettrace(1), sys.gettrace(x=1)
        sys.setprofile(), sys.setprofile(1, 2), sys.setprofile(x=1), sys.getprofile(1), sys.settrace.__name__
    """,
    "warnings": """
        warnings.warn(), warnings.warn("x", 5), warnings.warn("x", int), warnings.warn("x", None, "y")
        warnings.warn("x", None, 1.5), warnings.warn("x", None, 1, None, 2), warnings.warn("x", y=1)
        warnings.warn("x", skip_file_prefixes=5), warnings.warn("x", skip_file_prefixes=(5,))
        warnings.warn("x", skip_file_prefixes=["a"]), warnings.warn.__name__
    """,
    "generators": """
        inspect.getgeneratorlocals(), inspect.getgeneratorlocals(1), inspect.getgeneratorlocals(it, 1)
        inspect.getgeneratorlocals(x=it), inspect.getcoroutinelocals(generator=it)
        types.coroutine(), types.coroutine(1), types.coroutine(1, 2), types.coroutine(x=1)
    """,
    "signals": """
        signal.signal(), signal.signal(signal.SIGUSR1), signal.signal(1, 2, 3), signal.signal("x", f)
        signal.signal(signal.SIGUSR1, 5.5), signal.getsignal(), signal.getsignal("x"), signal.getsignal(x=1)
    """,
    "disassembly": """
        dis.dis(1), dis.dis(y=1), dis.get_instructions(f, 1, 2), dis.code_info(), dis.Bytecode(), dis.show_code(1)
    """,
}


def program(calls: str) -> str:
    """A program that prints the result or error of each call in lines of calls."""
    lines = (ast.parse(line, mode="eval").body for line in calls.split("\n") if line)
    each = (call for line in lines for call in (line.elts if isinstance(line, ast.Tuple) else (line,)))
    return NAMES + "\n".join(f"print(shown(lambda: {ast.unparse(call)}))" for call in each)


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.filterwarnings("ignore")
def test_wrong_arguments_are_refused_as_by_cpython(name: str) -> None:
    assert_same(program(dedent(WRONG[name])))


def test_an_error_within_the_function_stays_as_it_is() -> None:
    def magnitude(own: str, value: Any, /) -> Any:
        return own + str(abs(value))

    checked = with_native_errors(magnitude, abs, own=1)

    assert checked("a", -5) == "a5"
    with pytest.raises(TypeError, match=r"unsupported operand type|must be str"):
        checked(1, -5)
    with pytest.raises(TypeError, match=r"abs\(\) takes exactly one argument \(2 given\)"):
        checked("a", 1, 2)
