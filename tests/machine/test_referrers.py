"""Tests for calcharo_vm/machine/referrers.py: who refers to what, beside CPython."""

import gc
from collections.abc import Iterator

import pytest

from tests.machine.running import assert_same


@pytest.fixture(autouse=True)
def few_objects() -> Iterator[None]:
    """Keeps the collector from looking through what other tests have left: it would look for seconds."""
    gc.freeze()
    yield
    gc.unfreeze()


START = """
        import gc
        class Value: pass
        def names(value):
            return sorted(type(referrer).__name__ for referrer in gc.get_referrers(value))
"""
PROGRAMS = {
    "running functions": """
        def f():
            value = Value()
            return names(value), names([value]), gc.get_referrers(value)
        def deep(value, n): return deep(value, n - 1) if n else names(value)
        def starred(*values): return names(values[0])
        class Method(Value):
            def ask(self): return names(self)
        print(f(), deep(Value(), 5), starred(Value(), 1), Method().ask())
        print(list(map(names, [Value()])), sorted([Value()], key=lambda value: print(names(value))) and None)
        print(gc.get_referrers())
        try: gc.get_referrers(value=5)
        except TypeError as error: print(error)
    """,
    "variables that functions share": """
        def f():
            value = Value()
            def g(): return names(value)
            return g()
        print(f())
    """,
    "containers of the program": """
        def f():
            value = Value()
            kept = [[value], (value,), {1: value}, {value}]
            found = gc.get_referrers(value)
            return names(value), len(gc.get_referrers(value, kept[0])), [each in kept for each in found]
        print(f())
    """,
    "generators": """
        def g(value):
            print(names(value))
            yield
            print(names(value))
            yield value
        iterator = g(Value())
        next(iterator)
        value = next(iterator)
        print(names(value), iterator in gc.get_referrers(value))
        del iterator
        print(names(value))
        async def f():
            value = Value()
            print(names(value))
        try: f().send(None)
        except StopIteration: pass
        def direct(value):
            yield gc.get_referrers(value)[:1] == iterators[:1]
            yield names(value)
        iterators = [direct(Value())]
        print(list(iterators[0]))
    """,
    "frames of tracebacks": """
        def f():
            value = Value()
            raise ValueError(value)
        def g():
            try: f()
            except ValueError as error:
                value = error.args[0]
                print(names(error), names(value), [
                    referrer is error.__traceback__.tb_next.tb_frame
                    for referrer in gc.get_referrers(value) if type(referrer) is not tuple
                ])
                return error.__traceback__
        traceback = g()
        print(names(traceback), names(traceback.tb_next.tb_frame.f_locals["value"])[-1])
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_referrers_are_cpythons(name: str) -> None:
    assert_same(START + PROGRAMS[name])
