"""Tests for calcharo_vm/machine/eval_loop.py: frames are run, left and unwound in CPython's order."""

import sys

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "jumps of every kind": """
        for x in range(3):
            if x == 1: continue
            print(x)
        else: print("else")
        while True:
            break
        n = 3
        while n:
            n -= 1
            if n == 5: break
        else: print("else")
        print(1 if n else 2, n and 1, n or 1, not n, None is None, None is not None, 1 < 2 < 3, 1 < 0 < 1)
    """,
    "exceptions pass through guest and native frames": """
        def f(x): return 1 / x
        def g(): return sorted([0], key=f)
        class C:
            def __getattr__(self, name): return [x for x in map(f, [0])]
        for call in (lambda: f(0), g, lambda: C().x):
            try: call()
            except ZeroDivisionError as error:
                entry, lines = error.__traceback__, []
                while entry: lines.append((entry.tb_frame.f_code.co_name, entry.tb_lineno)); entry = entry.tb_next
                print(lines)
        g()
    """,
    "exceptions raised again": """
        def f():
            try: 1 / 0
            except ZeroDivisionError: raise
        def g():
            try: f()
            finally: print("finally")
        def h():
            try: g()
            except ZeroDivisionError as error: raise error
        def k():
            try: h()
            except ZeroDivisionError as error: raise ValueError("v") from error
        k()
    """,
    "contexts": """
        def chain(error):
            names = []
            while error is not None:
                names.append(repr(error))
                error = error.__context__
            return names
        try:
            try: 1 / 0
            except ZeroDivisionError:
                try: [][0]
                finally: {}["k"]
        except KeyError as error: print(chain(error))
        a, b = ValueError("a"), ValueError("b")
        try:
            try: raise a
            except ValueError:
                try: raise b
                except ValueError: raise a
        except ValueError as error: print(chain(error))
        try:
            try: raise a
            except ValueError: raise a
        except ValueError as error: print(chain(error))
        c, d, e = KeyError("c"), KeyError("d"), KeyError("e")
        try:
            try: raise c
            except KeyError:
                try: raise d
                except KeyError:
                    try: raise e
                    except KeyError: raise c
        except KeyError as error: print(chain(error))
        d.__context__ = e
        e.__context__ = d
        try:
            try: raise d
            except KeyError: raise IndexError("i")
        except IndexError as error: print(repr(error.__context__), repr(error.__context__.__context__))
    """,
    "a context that leads back to the exception": """
        a, b = ValueError("a"), KeyError("b")
        try: raise b
        except KeyError:
            try:
                try: raise a
                finally:
                    a.__context__ = None
                    b.__context__ = a
            except ValueError:
                print(repr(a.__context__), repr(b.__context__))
        print(repr(a.__context__), repr(b.__context__))
    """,
    "a handler without the instructions that clean up after it": """
        import types
        def f():
            try: 1 / 0
            except ZeroDivisionError: raise ValueError("from the handler")
        table = f.__code__.co_exceptiontable
        second_entry = next(i for i in range(1, len(table)) if table[i] & 0x80)
        code = f.__code__.replace(co_exceptiontable=table[:second_entry])
        try: raise KeyError("current before and after")
        except KeyError:
            try: types.FunctionType(code, globals())()
            except ValueError as error: print(error, repr(error.__context__), error.__traceback__.tb_next.tb_lineno)
    """,
    "the current exception is that of the innermost handler": """
        import sys
        def show(where): print(where, repr(sys.exception()))
        try: raise ValueError(1)
        except ValueError:
            show("outer")
            try: raise KeyError(2)
            except KeyError: show("inner")
            show("outer again")
            (lambda: show("called"))()
            for x in (1, 2):
                try: raise IndexError(x)
                except IndexError:
                    if x == 1: continue
                    break
            show("after the loop")
        show("after")
        def f():
            try: raise ValueError
            except ValueError: return sys.exception()
        print(repr(f()), sys.exception())
        def raiser():
            try: raise
            except RuntimeError as error: print(error)
        raiser()
        try: raise KeyError("active")
        except KeyError:
            def again(): raise
            try: again()
            except KeyError as error: print(error)
    """,
    "handlers that return, raise and loop": """
        def f(kind):
            for x in range(3):
                try:
                    try: raise KeyError(x)
                    except KeyError as error:
                        if kind == "return": return x
                        if kind == "raise": raise ValueError(x)
                        if kind == "break": break
                        if kind == "continue": continue
                        x = 1 / 0
                    finally: print("finally", x)
                except ZeroDivisionError as error: print(repr(error), repr(error.__context__))
            return "end"
        for kind in ("return", "break", "continue", "divide", "raise"): print(f(kind))
    """,
    "values on the stack are dropped": """
        def raising(): raise ValueError
        def f():
            try: print([1, [2, (3, raising())]])
            except ValueError: return "caught"
        print(f())
        def g():
            for x in [1, 2]:
                for y in "ab":
                    try: x + y
                    except TypeError as error: print(error)
        g()
    """,
    "locals are dropped in order": """
        class D:
            def __init__(self, name): self.name = name
            def __del__(self): print("del", self.name)
        def f():
            a, b, c = D("a"), D("b"), D("c")
            return 1
        print(f())
        def g():
            a = D("a")
            raise ValueError
        try: g()
        except ValueError: print("caught")
        def h():
            a, b = D("a"), D("b")
            yield 1
        list(h())
        def called_from_c(x):
            a, b = D("a"), D("b")
            return x
        sorted([1], key=called_from_c)
        def held():
            a = D("a")
            raise ValueError
        try: held()
        except ValueError as error: kept = error
        print("kept")
        del kept
        print("end")
    """,
    "recursion to the limit, however the guest is entered": """
        import sys
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(120)
        def direct(n): return direct(n + 1)
        def through_c(x): return sorted([x], key=through_c)
        class R:
            def __getattr__(self, name): return self.other
        async def c(): await c()
        def generator():
            for x in generator(): yield x
        def run_coroutine(): c().send(None)
        def run_generator(): list(generator())
        for call in (lambda: direct(0), lambda: through_c(0), lambda: R().x, run_coroutine, run_generator):
            try: call()
            except RecursionError as error: print(str(error).partition(" while")[0])
        def deep(n): return n and deep(n - 1)
        print(deep(50))
        sys.setrecursionlimit(limit)
    """,
    "assertions": """
        def f(x): assert x, "message"
        f(1)
        try: f(0)
        except AssertionError as error: print(error)
        assert 0
    """,
    "exception groups": """
        def f(*errors):
            try: raise ExceptionGroup("g", errors)
            except* ValueError as group: print("values", group.exceptions)
            except* (TypeError, KeyError) as group: print("others", group.exceptions); raise IndexError("new")
            else: print("else")
            finally: print("finally")
        mixed = [ValueError(1), TypeError(2)], [OSError(3), ValueError(4)], [KeyError(5), OSError(6)]
        for errors in ([ValueError(1)], *mixed):
            try: f(*errors)
            except* Exception as group: print(repr(group), [repr(e.__context__) for e in group.exceptions])
        try:
            try: raise ValueError("alone")
            except* ValueError as group: print(repr(group))
            try: raise ValueError
            except* ExceptionGroup: pass
        except TypeError as error: print(error)
        try:
            try: raise ExceptionGroup("g", [ValueError()])
            except* ValueError: raise
        except ExceptionGroup as group: print(repr(group))
    """,
    "what except clauses cannot catch": """
        def f(types):
            try: 1 / 0
            except types: print("caught")
        for types in (ZeroDivisionError, (ValueError, ArithmeticError), 1, (ValueError, 2), "s", int, ()):
            try: f(types)
            except (TypeError, ZeroDivisionError) as error: print(error)
        class Meta(type):
            def __subclasscheck__(cls, other): return True
            def __instancecheck__(cls, other): return True
        class E(Exception, metaclass=Meta): pass
        try: f(E)
        except ZeroDivisionError as error: print("not by its metaclass", error)
    """,
    "what cannot be raised": """
        class NoInstance(Exception):
            def __new__(cls): return 1
        for what in ("1", "int", "ValueError from 1", "ValueError('v') from KeyError", "", "ValueError from None",
                     "NoInstance", "ValueError from NoInstance"):
            try: exec("raise " + what)
            except (TypeError, ValueError, RuntimeError) as error:
                print(repr(error), repr(error.__cause__), error.__suppress_context__)
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_execution_is_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_a_base_exception_passes_too() -> None:
    for error in ("KeyboardInterrupt", "SystemExit(3)", "GeneratorExit"):
        assert_same(f"""
            def f():
                try: raise {error}
                finally: print("finally")
            f()
        """)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="new syntax")
def test_except_without_parentheses() -> None:
    assert_same("""
        try: 1 / 0
        except ValueError, ZeroDivisionError: print("caught")
    """)
