"""Tests for calcharo_vm/machine/context_managers.py: `with` and `async with`, methods looked up on the type."""

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "a block left in every way": """
        class Manager:
            def __init__(self, swallow=False): self.swallow = swallow
            def __enter__(self): print("enter"); return self
            def __exit__(self, *args): print("exit", args[0], args[1], args[2] is not None); return self.swallow
        with Manager() as m: print(m.swallow)
        with Manager(True): 1 / 0
        def f():
            for x in (1, 2):
                with Manager(), Manager() as inner:
                    if x == 1: continue
                    return inner.swallow
        print(f())
        with Manager(): raise KeyError("k")
    """,
    "methods of every kind": """
        class Plain:
            __enter__ = staticmethod(lambda: "static")
            __exit__ = classmethod(lambda cls, *args: print("class", cls.__name__, len(args)))
        class Callable:
            def __init__(self, name): self.name = name
            def __call__(self, *args): print(self.name, len(args)); return self.name
        class Objects:
            __enter__ = Callable("enter")
            __exit__ = Callable("exit")
        class Property:
            @property
            def __enter__(self): return lambda: "property"
            @property
            def __exit__(self): return lambda *args: print("exit", len(args))
        for manager in (Plain(), Objects(), Property()):
            with manager as value: print(value)
            try:
                with manager: raise KeyError
            except KeyError: print("not swallowed")
    """,
    "methods of the instance do not count": """
        class C: pass
        c = C()
        c.__enter__ = c.__exit__ = lambda *args: 1
        class OnlyEnter:
            def __enter__(self): return self
        class OnlyExit:
            def __exit__(self, *args): pass
        for manager in (c, OnlyEnter(), OnlyExit(), 1):
            try:
                with manager: pass
            except TypeError as error: print(error)
    """,
    "managers of C": """
        import threading, io, contextlib
        with threading.Lock(), io.StringIO("text") as file: print(file.read())
        with contextlib.suppress(ValueError), contextlib.nullcontext(3) as three: print(three); raise ValueError
        @contextlib.contextmanager
        def managed():
            try: yield 1
            except KeyError as error: print("caught", error)
        with managed() as one: raise KeyError(one)
    """,
    "errors of the methods": """
        class Manager:
            def __init__(self, where): self.where = where
            def __enter__(self):
                if self.where == "enter": raise ValueError("in enter")
            def __exit__(self, *args):
                if self.where == "exit": raise ValueError("in exit")
        for where in ("enter", "exit"):
            try:
                with Manager(where): raise KeyError("in the block")
            except ValueError as error: print(error, repr(error.__context__))
    """,
    "async with": """
        class Manager:
            def __init__(self, swallow): self.swallow = swallow
            async def __aenter__(self): return "entered"
            async def __aexit__(self, *args): print(args[0]); return self.swallow
        class OnlySync:
            def __enter__(self): pass
            def __exit__(self, *args): pass
        class NotAwaitable:
            def __aenter__(self): return 1
            async def __aexit__(self, *args): pass
        class ExitNotAwaitable:
            async def __aenter__(self): return 1
            def __aexit__(self, *args): return 1
        async def f(manager, error=None):
            async with manager as value:
                print(value)
                if error: raise error
            return "done"
        def run(coroutine):
            try: coroutine.send(None)
            except StopIteration as stop: print(stop.value)
            except (TypeError, KeyError) as error: print(type(error).__name__, error)
        run(f(Manager(False)))
        run(f(Manager(True), KeyError("k")))
        run(f(Manager(False), KeyError("k")))
        run(f(OnlySync()))
        run(f(NotAwaitable()))
        run(f(ExitNotAwaitable()))
        run(f(1))
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_with_statements_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])
