"""Tests for calcharo_vm/machine/generators.py: generators, coroutines and asynchronous generators of every kind."""

import sys
from collections.abc import Generator
from types import FunctionType
from typing import Any

import pytest

from calcharo_vm.machine.generators import frame_of, send_by_position
from tests.machine.running import assert_same, natively, on_machine

PROGRAMS = {
    "values sent and returned": """
        def g():
            x = yield 1
            print("sent", x)
            y = yield x
            return y
        it = g()
        print(next(it), it.send("a"))
        try: it.send("b")
        except StopIteration as stop: print(stop.value)
        print(next(it, "over"), it.gi_running, g.__name__)
        fresh = g()
        try: fresh.send(1)
        except TypeError as error: print(error)
        print(list(x for x in (y * 2 for y in range(3))))
    """,
    "names of generators": """
        def g(): yield
        g.__name__, g.__qualname__ = "renamed", "also.renamed"
        it = g()
        print(it.__name__, it.__qualname__, (x for x in ()).__qualname__)
        def returned(): return (x for x in ())
        print(returned().__name__)
    """,
    "exceptions thrown in": """
        def g():
            try: yield 1
            except ValueError as error: print("caught", error)
            yield 2
        it = g()
        next(it)
        print(it.throw(ValueError("v")))
        try: it.throw(KeyError("k"))
        except KeyError as error: print(repr(error), next(it, "over"))
        fresh = g()
        try: fresh.throw(KeyError("before the start"))
        except KeyError as error: print(error, next(fresh, "over"))
    """,
    "exceptions thrown into a handler": """
        def g():
            try: 1 / 0
            except ZeroDivisionError:
                yield 1
        it = g()
        next(it)
        error = ValueError("v")
        try: it.throw(error)
        except ValueError: print(repr(error.__context__))
        it = g()
        next(it)
        try:
            raise KeyError("outside")
        except KeyError:
            try: it.throw(ValueError("w"))
            except ValueError as error: print(repr(error.__context__), repr(error.__context__.__context__))
        def again():
            try: 1 / 0
            except ZeroDivisionError as error:
                yield error
        it = again()
        zero = next(it)
        try: it.throw(zero)
        except ZeroDivisionError as error: print(error is zero, error.__context__)
        raise error if False else ValueError("end")
    """,
    "closing": """
        def g():
            try: yield 1
            finally: print("finally")
        def stubborn():
            try: yield 1
            except GeneratorExit: yield 2
        def returning():
            try: yield 1
            except GeneratorExit: return 5
        def failing():
            try: yield 1
            except GeneratorExit: 1 / 0
        def plain():
            yield 1
        for function in (g, returning, plain, stubborn, failing):
            it = function()
            next(it)
            try: print(it.close())
            except (RuntimeError, ZeroDivisionError) as error: print(error)
            it = function()
            print(it.close(), next(it, "over"))
        it = plain(); next(it)
        try: it.throw(GeneratorExit("with a message"))
        except GeneratorExit as error: print(error)
    """,
    "delegation": """
        class Receiver:
            def __iter__(self): return self
            def __next__(self): return "next"
            def send(self, value): return "sent", value
            def throw(self, *error): print("thrown", error); return "thrown"
            def close(self): print("closed")
        def g(x): return (yield from x)
        it = g(Receiver())
        print(next(it), it.send(1), it.throw(ValueError("v")), next(it))
        it.close()
        it = g(iter([1, 2]))
        next(it)
        try: it.send(1)
        except AttributeError as error: print(error)
        it = g(iter([1, 2]))
        next(it)
        try: it.throw(ValueError("no throw"))
        except ValueError as error: print(error)
        it = g(iter([1, 2]))
        next(it)
        print(it.close())
        for sequence in ([1, 2], (1, 2)):
            it = g(sequence)
            next(it)
            try: it.send(1)
            except AttributeError as error: print(error)
            print(list(g(sequence)))
        def inner():
            try: yield 1
            except ValueError: return "inner's result"
        def outer():
            print((yield from inner()))
            yield "after"
        it = outer()
        next(it)
        print(it.throw(ValueError()))
    """,
    "delegation that fails": """
        class Closing:
            def __iter__(self): return self
            def __next__(self): return 1
            def close(self): raise ValueError("in close")
        class Throwing(Closing):
            def throw(self, *error): raise KeyError("in throw")
        class Ending(Closing):
            def throw(self, *error): raise StopIteration("the result")
        def g(x):
            try: return (yield from x)
            except (ValueError, KeyError) as error: print("in g", repr(error), repr(error.__context__)); yield 2
        it = g(Closing()); next(it)
        try: it.close()
        except RuntimeError as error: print(error)
        it = g(Throwing()); next(it)
        print(it.throw(IndexError("i")))
        it = g(Ending()); next(it)
        try: it.throw(IndexError("i"))
        except StopIteration as stop: print(stop.value)
        def plain(x): yield from x
        it = plain(Closing()); next(it)
        try: it.close()
        except ValueError as error: print(error)
        it = g(1)
        try: next(it)
        except TypeError as error: print(error)
        async def coroutine(): pass
        c = coroutine()
        try: next(plain(c))
        except TypeError as error: print(error)
        c.close()
    """,
    "StopIteration within": """
        def g():
            yield 1
            raise StopIteration("mine")
        async def c(): raise StopIteration
        async def a():
            yield 1
            raise StopAsyncIteration
        def run(coroutine):
            try: coroutine.send(None)
            except RuntimeError as error: print(error, repr(error.__cause__))
            except StopIteration as stop: print("stop", stop.value)
        try: list(g())
        except RuntimeError as error: print(error, repr(error.__cause__))
        run(c())
        it = a()
        run(it.__anext__())
        run(it.__anext__())
    """,
    "awaiting": """
        import types
        class Wait:
            def __await__(self): return (yield "waiting")
        class NotIterator:
            def __await__(self): return 1
        class Coroutine:
            def __await__(self): return c()
        async def c(): return "c"
        @types.coroutine
        def old(): return (yield "old")
        async def f(x): return await x
        def run(coroutine, *values):
            try:
                for value in (None, *values): print(coroutine.send(value))
            except StopIteration as stop: print("returned", stop.value)
            except (TypeError, RuntimeError) as error: print(type(error).__name__, error)
        run(f(Wait()), 1)
        run(f(old()), 2)
        run(f(c()))
        run(f(NotIterator()))
        awaited = Coroutine()
        run(f(1))
        finished = c()
        run(finished)
        run(f(finished))
        waiting = f(Wait())
        print(waiting.send(None))
        run(f(waiting))
        waiting.close()
        run(f(f(Wait())), 3)
        async def paused():
            await old()
        outer = paused()
        outer.send(None)
        try: outer.throw(ValueError("in old"))
        except ValueError as error: print(error)
    """,
    "a coroutine that is running awaits itself": """
        async def f():
            try: await me
            except (RuntimeError, ValueError) as error: print(type(error).__name__, error)
        me = f()
        try: me.send(None)
        except StopIteration: print("over")
    """,
    "asynchronous iteration": """
        async def numbers():
            try:
                for n in range(3):
                    got = yield n
                    if got: print("got", got)
            finally: print("cleanup")
        class NotAsync:
            def __aiter__(self): return 1
        class BadNext:
            def __aiter__(self): return self
            def __anext__(self): return 1
        async def loop(iterable):
            async for x in iterable:
                print(x)
            else: print("else")
            return [y async for y in numbers() if y]
        def run(coroutine):
            try: coroutine.send(None)
            except StopIteration as stop: print("returned", stop.value)
            except (TypeError, StopAsyncIteration) as error: print(type(error).__name__, error)
        for iterable in (numbers(), 1, NotAsync(), BadNext()): run(loop(iterable))
        it = numbers()
        run(it.asend(None)); run(it.asend("x")); run(it.aclose())
        it = numbers()
        run(it.__anext__())
        try: it.athrow(ValueError("thrown")).send(None)
        except ValueError as error: print(error)
        async def expressions():
            print([z async for z in (x async for x in numbers())])
            return {x async for x in numbers()}, {x: x async for x in numbers()}
        run(expressions())
    """,
    "recursion in generators": """
        import sys
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(250)
        def g(n):
            yield n
            yield from g(n + 1)
        count = 0
        try:
            for count in g(0): pass
        except RecursionError: print(count > 100)
        sys.setrecursionlimit(limit)
    """,
    "resuming at the recursion limit": """
        import sys
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(100)
        def g(): yield "value"
        def deepest(it):
            try: return deepest(it)
            except RecursionError: return next(it)
        it = g()
        try: print(deepest(it))
        except StopIteration: print("over, by a RecursionError")
        print(next(it, "over"))
        sys.setrecursionlimit(limit)
    """,
    "a delegate whose close cannot be read": """
        import sys
        class Receiver:
            def __iter__(self): return self
            def __next__(self): return 1
            @property
            def close(self): raise ValueError("no close")
        def hook(report):
            entry, names = report.exc_traceback, []
            while entry: names.append(entry.tb_frame.f_code.co_name); entry = entry.tb_next
            reports.append((repr(report.exc_value), names))
        def g(): yield from Receiver()
        reports = []
        sys.unraisablehook, old = hook, sys.unraisablehook
        it = g()
        next(it)
        print(it.close(), reports)
        sys.unraisablehook = old
    """,
    "where coroutines come from": """
        import functools, sys
        async def c(): pass
        def make(): return c()
        def shown(coroutine, depth):
            coroutine.close()
            return [(line, name) for file, line, name in coroutine.cr_origin][:depth]
        print(c().close(), make().close())
        for depth in (1, 2, 50):
            sys.set_coroutine_origin_tracking_depth(depth)
            class C:
                made = make()
            async def outer(): return shown(c(), 2)
            print(shown(make(), 2), shown(C.made, 3), shown(functools.reduce(lambda a, b: c(), "ab"), 2))
            try: outer().send(None)
            except StopIteration as stop: print(stop.value)
            print(list(x for x in "generators are made as ever")[:1], sys.get_coroutine_origin_tracking_depth())
        sys.set_coroutine_origin_tracking_depth(0)
    """,
    "generators in flight when their caller changes": """
        def g():
            try:
                yield 1
                yield 2
            except KeyError: yield "caught"
        def start(): it = g(); next(it); return it
        def go_on(it): return next(it)
        it = start()
        print(go_on(it), it.throw(KeyError))
        try: next(it)
        except StopIteration: print("over")
        def running():
            try: next(me)
            except ValueError as error: print(error)
            yield
        me = running()
        next(me)
    """,
    "the current exception in and out of a generator": """
        import sys
        def g():
            print(sys.exception())
            try: raise ValueError("inner")
            except ValueError:
                yield repr(sys.exception())
                yield repr(sys.exception())
            yield repr(sys.exception())
        it = g()
        try: raise KeyError("outer")
        except KeyError:
            print(next(it), repr(sys.exception()))
        print(next(it), sys.exception())
        print(next(it))
        def nested():
            try: raise ValueError(1)
            except ValueError:
                try: raise ValueError(2)
                except ValueError:
                    yield repr(sys.exception())
                yield repr(sys.exception())
            yield repr(sys.exception())
        print(list(nested()))
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_generators_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_a_native_coroutine_is_awaited_once_at_a_time() -> None:
    class Wait:
        def __await__(self) -> Generator[str]:
            yield "waiting"

    async def native() -> None:
        await Wait()

    source = """
        async def f(): await coroutine
        coroutine = native()
        first = f()
        sent = first.send(None)
        second = f()
        try: second.send(None)
        except RuntimeError as error: message = str(error)
        first.close()
    """
    expected, found = natively(source, native=native), on_machine(source, native=native)

    assert (found["sent"], found["message"]) == (expected["sent"], expected["message"])
    assert "awaited already" in found["message"]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="SEND ends delegations since 3.12")
def test_a_delegation_that_a_throw_ends_goes_on_after_it() -> None:
    assert_same("""
        class Ending:
            def __iter__(self): return self
            def __next__(self): return 1
            def throw(self, *error): raise StopIteration("result")
        def g():
            x = yield from Ending()
            print(x)
            yield 2
        it = g()
        next(it)
        print(it.throw(ValueError))
    """)


def test_a_generator_shows_its_frame_to_the_machine_only() -> None:
    names = on_machine("""
        def g(): yield 1
        it = g()
        over = g()
        list(over)
    """)
    frame = frame_of(names["it"])

    assert frame is not None
    assert frame.code.co_name == "g"
    assert frame_of(names["over"]) is None
    assert frame_of(x for x in "native") is None
    assert frame_of("no generator") is None


def test_lists_are_sent_none_only() -> None:
    assert send_by_position([1], 0, None) == (False, 1)
    assert send_by_position([1], 1, None) == (True, None)
    with pytest.raises(AttributeError, match="no attribute 'send'"):
        send_by_position([1], 0, "value")


def test_code_without_a_function_makes_generators_too() -> None:
    source = "result = list(eval(code))"
    function: Any = FunctionType(compile("def g():\n    yield 1", "<test>", "exec").co_consts[0], {})

    assert on_machine(source, code=function.__code__)["result"] == [1]


def test_a_frame_that_goes_on_keeps_nothing_of_what_it_has_handled() -> None:
    assert_same("""
        import gc, weakref
        gc.disable()
        class Error(Exception): pass
        class Receiver:
            def __iter__(self): return self
            def __next__(self): return 1
        def handling():
            try: raise Error
            except Error as error:
                yield (reference := weakref.ref(error))
            yield reference()
        def thrown_into():
            try: yield from Receiver()
            except Error as error: reference = weakref.ref(error)
            yield reference()
        print(list(handling())[1])
        it = thrown_into()
        next(it)
        print(it.throw(Error))
        gc.enable()
    """)
