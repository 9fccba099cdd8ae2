"""Tests for calcharo_vm/machine/tracebacks.py: entries, locals and lifetimes of the frames that tracebacks show."""

import sys
from types import FunctionType

import pytest

from calcharo_vm.machine import Machine
from calcharo_vm.machine.tracebacks import is_machine_code, strip_machine_entries
from tests.machine.running import assert_same

PROGRAMS = {
    "entries": """
        def f():
            return (1 +
                    1 / 0)
        class C:
            x = f()
    """,
    "locals of the frames": """
        def f(a, *args, b=2, **more):
            c = a
            def inner(): return c
            unbound_yet = None
            del unbound_yet
            raise ValueError
        try: f(1, 3, d=4)
        except ValueError as error:
            frame = error.__traceback__.tb_next.tb_frame
            print(sorted(frame.f_locals), frame.f_locals["a"], frame.f_locals["c"], frame.f_globals is globals())
            print(frame.f_code is f.__code__, error.__traceback__.tb_frame.f_locals is globals())
    """,
    "more locals than a mirror has cells": f"""
        def f():
            {"; ".join(f"v{n} = {n}" for n in range(300))}
            raise ValueError
        try: f()
        except ValueError as error: print(error.__traceback__.tb_next.tb_lineno)
    """,
    "locals that live on with the traceback": """
        import weakref
        class C: pass
        def f():
            c = C()
            refs.append(weakref.ref(c))
            raise ValueError
        refs = []
        try: f()
        except ValueError as error:
            kept = error
        print(refs[0]() is None)
        kept.__traceback__ = None
        print(refs[0]() is None)
        del kept
        print(refs[0]())
    """,
    "a frame that goes on after its traceback was made": """
        def f():
            x = 1
            try: raise ValueError
            except ValueError as error: caught = error
            x = 2
            return caught
        frame = f().__traceback__.tb_frame
        print(frame.f_locals["x"], sorted(frame.f_locals), frame.f_code.co_name)
    """,
    "one frame for many entries": """
        def f():
            found = []
            for n in range(3):
                try: 1 / (n - n)
                except ZeroDivisionError as error: found.append(error.__traceback__)
            return found
        found = f()
        print(len({id(entry.tb_frame) for entry in found}), [entry.tb_lineno for entry in found], found[0].tb_next)
    """,
    "exceptions that carry a traceback from elsewhere": """
        def make():
            try: raise ValueError("made")
            except ValueError as error: return error
        def again(error): raise error
        error = make()
        again(error.with_traceback(None))
    """,
    "an exception raised twice": """
        error = ValueError("twice")
        def f(): raise error
        for _ in range(2):
            try: f()
            except ValueError: pass
        f()
    """,
    "class bodies and exec'd code": """
        def f():
            exec("def g():\\n    raise KeyError('k')\\nclass C:\\n    g()", {})
        f()
    """,
    "code whose line table is cut off": """
        import types
        def f(x):
            y = 1 / x
            return y
        for length in (0, 2, 4):
            code = f.__code__.replace(co_linetable=f.__code__.co_linetable[:length])
            cut = types.FunctionType(code, {})
            print(cut(1), len(list(code.co_positions())) < len(code.co_code) // 2)
            try: cut(0)
            except ZeroDivisionError as error:
                entry = error.__traceback__.tb_next
                print(entry.tb_lineno or None, entry.tb_frame.f_lineno)
    """,
    "code that never says that its frame is complete": """
        import dis, sys, types
        def f(): return 1 / 0
        units = bytearray(f.__code__.co_code)
        resume = units.index(dis.opmap["RESUME"])
        for place in range(resume, resume + (4 if sys.version_info >= (3, 15) else 2), 2):
            units[place:place + 2] = bytes([dis.opmap["NOP"], 0])
        try: types.FunctionType(f.__code__.replace(co_code=bytes(units)), {})()
        except ZeroDivisionError as error: print(error.__traceback__.tb_next)
    """,
    "code without lines": """
        import types
        def f(): raise ValueError
        code = f.__code__.replace(co_linetable=b"\\xf8" * (len(f.__code__.co_code) // 2))
        g = types.FunctionType(code, {"ValueError": ValueError})
        try: g()
        except ValueError as error: print(error.__traceback__.tb_next.tb_lineno)
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_tracebacks_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_machine_code_is_told_from_other_code() -> None:
    assert is_machine_code(Machine.run_code.__code__)
    assert not is_machine_code(test_machine_code_is_told_from_other_code.__code__)
    assert not is_machine_code(FunctionType(compile("x", "<test>", "eval").replace(co_consts=()), {}).__code__)


def test_only_entries_before_the_guests_are_removed() -> None:
    try:
        int("not a number")
    except ValueError:
        traceback = sys.exc_info()[2]

    assert strip_machine_entries(traceback) is traceback
    assert strip_machine_entries(None) is None


CYCLES = {
    "a function": """
        def f():
            canary = Canary()
            try: raise ValueError
            except ValueError as error: kept = error
        f()
    """,
    "a recursion": """
        def f(n):
            canary = Canary()
            try:
                if n: f(n - 1)
                else: raise ValueError
            except ValueError as error:
                kept = error
                raise
        def g():
            try: f(3)
            except ValueError as error: kept = error
        g()
    """,
    "a class body": """
        class C:
            canary = Canary()
            try: raise ValueError
            except ValueError as error: kept = error
        del C
    """,
    "code that is executed": """
        exec("canary = Canary()\\ntry: 1 / 0\\nexcept Exception as error: kept = error", {"Canary": Canary})
        exec("canary = Canary()\\ntry: 1 / 0\\nexcept Exception as error: kept = error", globals(), {})
    """,
    "a generator": """
        def f():
            canary = Canary()
            try: yield 1 / 0
            except ZeroDivisionError as error: kept = error
            yield 2
        generator = f()
        next(generator)
        del generator
    """,
}


@pytest.mark.parametrize("name", CYCLES)
def test_an_exception_in_a_cycle_with_its_frame_is_collected(name: str) -> None:
    assert_same(
        """
        import gc, weakref
        class Canary:
            seen = weakref.WeakSet()
            def __init__(self): self.seen.add(self)
        """
        + CYCLES[name]
        + """
        gc.collect()
        print(len(Canary.seen))
        """
    )


@pytest.mark.parametrize("count", [255, 256, 800])
def test_frames_with_many_variables_keep_them_all(count: int) -> None:
    assert_same(f"""
        import inspect, traceback
        body = "".join(f"    v{{i}} = {{i}}\\n" for i in range({count}))
        exec(f"def f():\\n{{body}}    return vname1\\ndef g():\\n{{body}}    return h()")
        def h(): return inspect.stack()[1].frame.f_locals
        print(len(g()))
        try: f()
        except NameError as error:
            inner = error.__traceback__.tb_next
            print(len(inner.tb_frame.f_locals), inner.tb_lineno)
            traceback.print_exc()
    """)
