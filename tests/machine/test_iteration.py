"""Tests for calcharo_vm/machine/iteration.py: what `for` and `yield from` iterate over."""

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "loops": """
        class Sequence:
            def __getitem__(self, index):
                if index == 2: raise IndexError
                return index
        class Iterator:
            def __init__(self): self.n = 0
            def __iter__(self): return self
            def __next__(self):
                self.n += 1
                if self.n >= 3: raise StopIteration
                return self.n
        for iterable in ([1, 2], (1, 2), {1: 2}, "ab", range(2), Sequence(), Iterator(), iter([1]),
            (x for x in [1]), b"a"):
            print([x for x in iterable], end=" ")
            for x in iterable: print(x, end=" ")
            else: print()
        class Bad:
            def __iter__(self): return 1
        class Failing:
            def __iter__(self): return self
            def __next__(self): raise ValueError("in next")
        for wrong in (1, None, Bad(), Failing()):
            try:
                for x in wrong: pass
            except (TypeError, ValueError) as error: print(error)
    """,
    "lists that change under a loop": """
        items = [1, 2, 3]
        for x in items:
            print(x)
            if x == 1: items.append(4)
            if x == 2: items.clear()
        d = {1: 1}
        try:
            for k in d: d[2] = 2
        except RuntimeError as error: print(error)
    """,
    "delegation": """
        import types
        def g(x): return (yield from x)
        @types.coroutine
        def old(x): return (yield from x)
        async def c(): return "from c"
        def values(it):
            found = []
            try:
                while True: found.append(next(it))
            except StopIteration as stop: return found, stop.value
            except TypeError as error: return str(error)
        for x in ([1, 2], (1,), "ab", range(2), iter([1]), g([1]), {1: 2}, 5, None): print(values(g(x)))
        print(values(old(g([1]))), values(old([1])))
        co = c()
        print(values(g(co)))
        co.close()
        it = old(c())
        try: next(it)
        except StopIteration as stop: print(stop.value)
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_iteration_is_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])
