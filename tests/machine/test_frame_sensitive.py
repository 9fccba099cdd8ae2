"""Tests for lookasides, library functions, patches and views: what looks at frames sees the guest's."""

import sys
from types import CodeType

import pytest

from calcharo_vm.errors import InvalidBytecode
from calcharo_vm.machine import Machine
from tests.machine.running import assert_same, on_machine

PROGRAMS = {
    "globals and locals": """
        def f(a, b=2):
            c = a
            return sorted(locals().items()), globals() is g
        g = globals()
        print(f(1), locals() is g, vars() is g, sorted(k for k in dir() if len(k) == 1))
    """,
    "wrong arguments": """
        for call in (lambda: globals(1), lambda: locals(1), lambda: vars(1, 2), lambda: dir(1, 2)):
            try: call()
            except TypeError as error: print(error)
    """,
    "locals of one function again": """
        def f():
            x = 1
            first = locals()
            y = 2
            del x
            second = locals()
            return sorted(first), sorted(second), first is second
        print(f())
    """,
    "super without arguments": """
        class A:
            def m(self): return "A"
        class B(A):
            def m(self):
                f = lambda: self
                return "B" + super().m()
        print(B().m())
    """,
    "super where it cannot be": """
        def f(): super()
        def g(x): super()
        class C:
            def m(self):
                del self
                super()
            def n(self):
                lambda: self
                del self
                super()
        for call in (f, lambda: g(1), C().m, C().n, lambda: super()):
            try: call()
            except RuntimeError as error: print(error)
    """,
    "super with an empty class cell": """
        class Meta(type):
            def __new__(meta, name, bases, namespace):
                try: namespace["m"](1)
                except RuntimeError as error: print(error)
                return super().__new__(meta, name, bases, namespace)
        class C(metaclass=Meta):
            def m(self): return super()
    """,
    "eval and exec": """
        x = 1
        def f():
            x = 2
            exec("y = x")
            return eval("x"), eval(" x + z", {"z": 3, "x": 4}), eval(b"x"), eval(compile("x", "s", "eval"))
        print(f())
        space = {}
        exec("a = 1\\nb = a + 1", space)
        print(space["b"], "__builtins__" in space)
        exec(memoryview(b"c = 5"), space, space)
        print(space["c"])
    """,
    "eval and exec of what they refuse": """
        def f():
            x = 1
            def g(): return x
            return g
        cases = (
            lambda: eval(1), lambda: exec(1), lambda: eval("1", 1), lambda: exec("1", {}, 1), lambda: eval("("),
            lambda: exec(f().__code__), lambda: exec("1", closure=()), lambda: exec(f().__code__, closure=()),
        )
        for call in cases:
            try: print(call())
            except (TypeError, SyntaxError) as error: print(type(error).__name__, error)
        cells = f().__closure__
        exec(f().__code__, {}, closure=cells)
    """,
    "compile inherits the future": """
        from __future__ import annotations
        space = {}
        exec(compile("def f(x: undefined): pass", "s", "exec"), space)
        print(space["f"].__annotations__)
        exec("def g(x: undefined): pass", space)
        print(space["g"].__annotations__)
        try:
            exec(compile("def h(x: undefined): pass\\nh.__annotations__", "s", "exec", dont_inherit=True), space)
        except NameError as error: print(error)
    """,
    "functions from code": """
        import types
        def f(x): return x + 1
        g = types.FunctionType(f.__code__, globals(), "g")
        h = types.FunctionType(code=f.__code__, globals={})
        print(g(1), h(2), g.__name__, g.__code__ is f.__code__)
        def k(x): return x * 10
        f.__code__ = k.__code__
        print(f(4), f.__code__ is k.__code__)
        try: types.FunctionType(1, {})
        except TypeError as error: print("TypeError")
        class A: pass
        a = A(); a.__code__ = 1
        print(a.__code__)
    """,
    "frames": """
        import sys, inspect
        def f():
            frame = sys._getframe()
            return frame, inspect.currentframe(), frame.f_back
        frame, same, caller = f()
        print(frame is same, caller is sys._getframe(), frame.f_code is f.__code__)
        print(frame.f_lineno, sorted(frame.f_locals), frame.f_globals is globals(), frame.f_lasti > 0)
        try: sys._getframe(99)
        except ValueError as error: print(error)
        print(caller.f_locals is globals())
    """,
    "frames in library code": """
        import collections, traceback, inspect
        P = collections.namedtuple("P", "x")
        def f(): return [e.name for e in traceback.extract_stack()][-2:], inspect.stack()[0].function
        print(P.__module__, f())
        class C:
            here = [e.name for e in traceback.extract_stack()][-1]
        print(C.here)
    """,
    "frames given to library code": """
        import sys, traceback, inspect
        def f(): return sys._getframe()
        def g(): return inspect.getframeinfo(sys._getframe()).function
        def n(): return inspect.getframeinfo(frame=sys._getframe()).lineno
        print(g(), n())
        def h(): return [e.name for e in traceback.extract_stack(sys._getframe())][-1]
        print(h())
    """,
    "frames between native calls": """
        import sys, functools
        def names():
            frame, found = sys._getframe(), []
            while frame:
                found.append(frame.f_code.co_name)
                frame = frame.f_back
            return found
        def key(x):
            seen.append(names()[:3])
            return x
        seen = []
        def f(): return sorted([1], key=key)
        f()
        print(seen)
        @functools.lru_cache
        def cached(): return names()[:2]
        print(cached())
    """,
    "generators' frames": """
        import inspect
        def g(a):
            x = yield a
            yield from [x]
        it = g(1)
        print(inspect.getgeneratorlocals(it), it.gi_frame.f_code is g.__code__, it.gi_code is g.__code__)
        next(it); it.send(2)
        print(it.gi_yieldfrom is not None, inspect.getgeneratorlocals(it), inspect.getgeneratorstate(it))
        print(it.gi_frame is it.gi_frame, it.gi_frame.f_lineno)
        list(it)
        print(it.gi_frame, it.gi_yieldfrom, inspect.getgeneratorlocals(it))
        native = (x for x in ())
        class NotAGenerator: gi_frame = cr_await = f_back = 1
        print(NotAGenerator().gi_frame, NotAGenerator().cr_await, NotAGenerator().f_back)
    """,
    "coroutines' frames": """
        import inspect
        class Wait:
            def __await__(self): yield 1
        async def f(x):
            await Wait()
        c = f(1)
        c.send(None)
        print(inspect.getcoroutinelocals(c), c.cr_await is not None, c.cr_code is f.__code__)
        try: await_again = f.__wrapped__
        except AttributeError as error: print(error)
        async def twice(): await c
        t = twice()
        try: t.send(None)
        except RuntimeError as error: print(error)
        c.close()
        async def ag():
            yield 1
        a = ag()
        print(a.ag_frame is not None, a.ag_await, inspect.iscoroutinefunction(f))
    """,
    "disassembly": """
        import dis, io
        def f(x): return x + 1
        class C:
            def m(self): return 1
        out = io.StringIO()
        dis.dis(f, file=out)
        print([i.opname for i in dis.get_instructions(f)] == [i.opname for i in dis.get_instructions(f.__code__)])
        print(len(list(dis.Bytecode(C().m))) > 2, "LOAD" in out.getvalue())
    """,
    "warnings": """
        import warnings
        def warn(level): warnings.warn("w", stacklevel=level)
        def f(): warn(2)
        def g(): warn(3)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            warn(1); f()
            g()
            warnings.warn(DeprecationWarning("d"))
            warnings.warn("far", stacklevel=99)
            sorted([1], key=lambda x: warnings.warn("in a key", stacklevel=2))
        for w in seen: print(w.message, w.category.__name__, w.lineno, w.filename.rpartition("/")[2])
        try: warnings.warn("w", int)
        except TypeError: print("TypeError")
    """,
    "warnings of instructions": """
        import warnings
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            async def f(): pass
            f()
        print([(str(w.message), w.lineno, w.filename) for w in seen])
    """,
    "signal handlers": """
        import signal, os
        seen = []
        def handler(number, frame): seen.append((number == signal.SIGUSR1, frame.f_code.co_name))
        old = signal.signal(signal.SIGUSR1, handler)
        print(signal.getsignal(signal.SIGUSR1) is handler)
        os.kill(os.getpid(), signal.SIGUSR1)
        print(signal.signal(signal.SIGUSR1, old) is handler, seen)
    """,
    "recursion limits": """
        import sys
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(150)
        def f(n): return f(n + 1)
        try: f(0)
        except RecursionError as error: print(error)
        print(sys.getrecursionlimit())
        for wrong in (0, "x"):
            try: sys.setrecursionlimit(wrong)
            except (ValueError, TypeError) as error: print(type(error).__name__)
        def deep(n):
            if n: return deep(n - 1)
            try: sys.setrecursionlimit(20)
            except RecursionError: print("too low")
        deep(50)
        sys.setrecursionlimit(limit)
    """,
    "recursion through C": """
        class R:
            def __repr__(self): return repr(self)
        try: repr(R())
        except RecursionError: print("RecursionError")
        def g():
            yield from g()
        try: list(g())
        except RecursionError: print("RecursionError")
    """,
    "a missing builtin": """
        space = {"__builtins__": {}}
        for source in ("len", "import sys", "class C: pass"):
            try: exec(source, space)
            except (NameError, ImportError) as error: print(error)
        def importer(*arguments): return arguments[0]
        exec("import a.b as c", {"__builtins__": {"__import__": importer}}) if False else None
        class Names(dict):
            def __missing__(self, name): return name.upper() if name != "len" else len
        print(eval("abc", Names()), eval("x", {}, Names()))
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_it_sees_what_it_sees_natively(name: str) -> None:
    assert_same(PROGRAMS[name])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="skip_file_prefixes is new in 3.12")
def test_warnings_skip_files() -> None:
    assert_same("""
        import warnings
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            def f():
                warnings.warn("w", skip_file_prefixes=("/nowhere",))
            f()
        print([(w.lineno, w.filename) for w in seen])
    """)


def test_a_damaged_code_object_is_refused() -> None:
    names = on_machine("""
        import types
        def f(): return 1
        try:
            types.FunctionType(f.__code__.replace(co_code=bytes([255, 0])), {})
            outcome = None
        except Exception as error:
            outcome = type(error).__name__, str(error)
    """)

    assert names["outcome"][0] == "InvalidBytecode"
    assert "compile its source again" in names["outcome"][1]


def test_code_that_a_foreign_code_object_makes_functions_of_is_checked() -> None:
    outer = compile("before = 1\ndef f(): return 1\nafter = 1", "<guest>", "exec")
    inner = next(constant for constant in outer.co_consts if isinstance(constant, CodeType))
    broken = tuple(inner.replace(co_code=b"") if constant is inner else constant for constant in outer.co_consts)
    namespace: dict[str, object] = {}

    with pytest.raises(InvalidBytecode, match=r"'f'.*no instructions"):
        Machine().run_code(outer.replace(co_consts=broken), namespace, foreign=True)

    assert namespace["before"] == 1
    assert "after" not in namespace
