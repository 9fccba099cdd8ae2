"""Tests for exceptions in compiled code: raised, handled and left within one frame, and by frames that call others."""

import pytest

from calcharo_vm.config import Limits
from tests.tiers.comparing import difference, told
from tests.tiers.test_compiled import compiled, interpreted

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

PROGRAMS = {
    "operations": """
def attempt(table, items, n, text):
    found = 0
    try: found += table[n]
    except KeyError: found += 1
    try: found += items[n]
    except (IndexError, KeyError): found += 1
    try: found += 10 // n
    except ArithmeticError as error: found += len(error.args)
    try: found += int(text)
    except ValueError as error: found += len(error.args[0])
    try: found += n / (n - 2) + n % (n - 3)
    except ZeroDivisionError: found -= 1
    return found
for n in range(12): print(attempt({1: 2, 4: 4}, [1, 2, 3], n, "12x"[:n]), attempt({1.5: 1}, (1,), n & 3, "7"))
""",
    "statements": """
class Own(Exception): pass
class Told(Own):
    def __init__(self, n): self.n = n
    def __str__(self): return f"told {self.n}"
def attempt(n):
    found = []
    try: raise ValueError
    except ValueError: found.append(1)
    try: raise KeyError(n)
    except KeyError as error: found.append(error.args[0])
    try:
        if n % 2: raise Own
        raise Told(n)
    except Told as error: found.append(error.n)
    except Own: found.append("own")
    try: assert n < 4, "too many"
    except AssertionError as error: found.append(str(error))
    try: assert n > 2
    except AssertionError: found.append("too few")
    try: raise n
    except TypeError as error: found.append(str(error))
    try: raise ValueError(n) from KeyError(1)
    except ValueError as error: found.append(repr(error.__cause__))
    return found
for n in range(12): print(attempt(n))
""",
    "what nobody catches here": """
def inner(items, n):
    try: return items[n]
    except KeyError: return -1
def outer(items, n):
    try: return inner(items, n) + 1
    except IndexError as error: return f"{error} {error.__traceback__.tb_next.tb_lineno}"
    finally: items.append(n)
for n in range(14): print(outer([1, 2], n % 4))
def through(n):
    if n % 2: raise ValueError(n)
    return n
def twice(n): return through(n) + through(n + 1)
def many(count):
    done = 0
    for n in range(count):
        try: done += twice(n)
        except ValueError as error: done += error.args[0]
    return done
for n in range(6): print(many(n))
""",
    "finally": """
def leave(n, items):
    for i in range(3):
        try:
            items[n]
            if n == 1: return "returned"
            if n == 2: continue
            if n == 3: break
        except IndexError:
            if i: return "caught"
        finally:
            n += 1
            items.append(i)
    else: return "else"
    return n
def nested(table, n):
    told = []
    try:
        try: told.append(table[n])
        finally: told.append("inner")
    except KeyError: told.append("outer")
    finally: told.append("last")
    try:
        try: table[n]
        except KeyError: told.append(1 // (n % 2))
        else: told.append("else")
    except ZeroDivisionError as error: told.append(repr(error.__context__))
    return told
def overriding(n):
    try: return {}[n]
    finally: return n
for n in range(12): print(leave(n % 5, [1, 2]), nested({1: 2, 4: 3}, n))
""",
    "contexts": """
import sys, traceback
def lines(error): return [(entry.tb_lineno, entry.tb_lasti) for entry in walk(error.__traceback__)]
def walk(entry):
    while entry: yield entry; entry = entry.tb_next
def look(table, n):
    told = [sys.exception()]
    try: table[n]
    except KeyError as error:
        told.append((sys.exc_info()[0], sys.exception() is error, error.__context__, lines(error)))
        try: [][n]
        except IndexError as second:
            told.append((second.__context__ is error, sys.exception() is second, lines(second)))
        told.append(sys.exception() is error)
        try: raise
        except KeyError as again: told.append((again is error, lines(again)))
        try: 1 // 0
        except ZeroDivisionError: told.append(traceback.format_exc().count("line"))
    told.append(sys.exception())
    return told
for n in range(9): print(look({4: 1}, n))
def within(n):
    try: raise ValueError(n)
    except ValueError: return look({4: 1}, n), repr(sys.exception())
for n in range(9): print(within(n), sys.exception())
def chain(n):
    try:
        try: {}[n]
        except KeyError: raise IndexError(n)
    except IndexError as error: return repr(error.__context__), lines(error), lines(error.__context__)
for n in range(9): print(chain(n))
""",
    "kept": """
import sys, weakref
kept = []
class Own(Exception): pass
class Ending(Exception):
    def __del__(self): kept.append("ended")
class Thing:
    def __del__(self): kept.append("thing ended")
def keep(n):
    try: {}[n]
    except KeyError as error:
        kept.append(error)
        count = sys.getrefcount(error)
    return count, len(kept)
def ending(n):
    try:
        if n % 3: raise Ending(n)
        raise Own(Thing())
    except Own as error: seen = 1; there = weakref.ref(error)
    except Ending: seen = 2; there = None
    return seen, len(kept), kept[-1:], there and there()
def left(n):
    thing = Thing()
    return {}[n]
def leaving(n):
    try: left(n)
    except KeyError: told = kept[-1:]
    return told, kept[-1:]
def objects(n):
    try: {}[(n, n)]
    except KeyError as error: return error.args, sys.getrefcount(error.args[0])
for n in range(12): print(keep(n), ending(n), leaving(n), objects(n)); kept.clear()
shared = KeyError("shared")
def same(n):
    for i in range(n):
        try: raise shared
        except KeyError as error: depth = sum(1 for _ in tracebacks(error))
    return depth
def tracebacks(error):
    entry = error.__traceback__
    while entry: yield entry; entry = entry.tb_next
for n in range(1, 6): print(same(n))
""",
    "loops in handlers": """
def work(n):
    total = 0
    for i in range(n):
        try: total += {0: 1}[i]
        except KeyError as error:
            for j in range(3):
                total += j
                try: total += [1][j]
                except IndexError: total += 1; continue
                finally: total += 10
            while total % 3: total += 1
            total += len(str(error))
    return total
for n in range(9): print(work(n))
def values(n):
    for i in range(n):
        try: yield 10 // (i % 3)
        except ZeroDivisionError as error:
            yield str(error)
            try: yield [][i]
            except IndexError: yield repr(error)
for n in range(9): print(list(values(n)))
""",
    "at module level": """
found = 0
for n in range(30):
    try: found += [1, 2, 3][n % 5]
    except IndexError as error: found += len(error.args)
    try: raise ValueError(n)
    except ValueError: found += 1
    finally: found += 2
print(found, "error" in globals())
""",
    "other types later": """
class Meta(type):
    def __subclasscheck__(cls, other): print("asked"); return True
class Odd(Exception, metaclass=Meta): pass
def catch(container, key, types):
    try: return container[key]
    except types as error: return type(error).__name__
for n in range(9): print(catch({}, n, KeyError))
for n in range(4):
    for container, key in (([], 1), ("ab", 9), ({}, []), ({1: [2]}, 1), (None, 1)):
        for types in ((KeyError, IndexError), LookupError, Odd, (TypeError, Odd), 5):
            try: print(catch(container, key, types))
            except Exception as error: print("passed", type(error).__name__, error.__context__)
""",
    "with": """
from contextlib import contextmanager, nullcontext, suppress
from threading import Lock
class Manager:
    def __init__(self, keeps): self.keeps, self.seen = keeps, []
    def __enter__(self): self.seen.append("in"); return self.seen
    def __exit__(self, kind, value, traceback): self.seen.append(kind); return self.keeps
@contextmanager
def made(n):
    try: yield n
    except KeyError: pass
def enter(manager, n, lock):
    found = 0
    with manager as seen: found += len(seen)
    with manager: found += {1: 1}[n]
    with lock, nullcontext(n) as same: found += same
    with suppress(KeyError, IndexError): found += [1][n]
    with suppress(ZeroDivisionError) as nothing: found //= n
    with made(n): {}[n]
    return found, lock.locked(), nothing
lock = Lock()
for n in range(9): print(enter(Manager(True), n, lock), len(enter(Manager(False), 1, lock)))
""",
    "up a ladder": """
told = []
class Thing:
    def __init__(self, n): self.n = n
    def __del__(self): told.append(self.n)
class Base(Exception): pass
class Rich(Base):
    def __init__(self, n, more): super().__init__(n); self.more = more
def lowest(n, items):
    mine = Thing(n)
    for item in items:
        if item == n: raise Rich(n, [n])
        if item > n: raise Base(item)
    return mine.n
def lower(n, items):
    for i, item in enumerate(items):
        try:
            if i == n: return lowest(n, items)
        finally: told.append(-i)
    return {}[n]
def higher(n, items):
    try: return lower(n, items)
    except Rich as error: told.append(error.more); return error
    except Base as error: raise KeyError(n) from error
def highest(n, items):
    try: return higher(n, items)
    except KeyError as error: told.append(type(error.__cause__).__name__); return error.args
for n in range(9): print(highest(n, [0, 3, 2, 7]), highest(n, [5]), told); told.clear()
def down(n):
    if n == 0: raise ValueError("bottom")
    return down(n - 1) + 1
for n in (1, 5, 63, 64, 65, 100, 300):
    try: down(n)
    except ValueError as error: print(repr(error))
def endless(n):
    try: return endless(n + 1)
    except KeyError: return n
    except RecursionError: raise
for n in range(2):
    try: endless(0)
    except RecursionError: print("stopped")
""",
    "passing frames": """
import sys, weakref
kept, notes = [], {}
class Own(Exception): pass
class Slotted(ValueError): __slots__ = ("more",)
class Rich(Exception):
    def __init__(self, n): self.n = n
    def __str__(self): return "rich"
def make(n):
    error = (Own(n), Slotted(n, "two"), Rich(n), KeyError(n), OSError(n, "two"), StopIteration(n), Own([n]))[n % 7]
    if n % 5 == 1: error.noted = n
    if n % 5 == 2: kept.append(error)
    if n % 5 == 3: notes[n] = weakref.ref(error)
    if n % 5 == 4: error.__cause__ = Own("cause")
    return error
def bottom(n): raise make(n)
def middle(n): return bottom(n)
def guarded(n):
    try: return middle(n)
    except ArithmeticError: return 0
def top(n):
    try: return guarded(n)
    except Exception as error: return type(error).__name__, error.args, len(lines(error))
def lines(error):
    found, entry = [], error.__traceback__
    while entry: found.append(entry.tb_lineno); entry = entry.tb_next
    return found
def again(n):
    if not kept: kept.append(Own(n))
    raise kept[0]
def through(n): again(n)
def twice(n):
    try: through(n)
    except Own as error: return lines(error)
for n in range(40): print(top(n))
kept.clear()
for n in range(6): print(twice(n), [each() is None for each in notes.values()], vars(kept[0]))
""",
    "generators": """
def numbers(n):
    try:
        for i in range(n):
            try: yield 6 // i
            except ZeroDivisionError: yield "zero"
            except GeneratorExit: raise
    finally: done.append(n)
done = []
def drain(n):
    found = []
    try:
        for value in numbers(n):
            found.append(value)
            if value == 2: raise LookupError(value)
    except LookupError: found.append("lost")
    return found
for n in range(9): print(drain(n), done)
def sender(n):
    total = 0
    while True:
        try: total += yield total
        except ValueError as error: total -= error.args[0]
def send(n):
    generator = sender(n); next(generator)
    for i in range(n): generator.send(i); generator.throw(ValueError(1))
    try: generator.throw(KeyError(n))
    except KeyError as error: return error.args, generator.gi_frame
for n in range(9): print(send(n))
""",
    "names": """
def f(n):
    try:
        if n % 2: value = 1
        return value
    except UnboundLocalError as error: return str(error)
def h(n):
    try: raise ValueError(n)
    except ValueError as error: pass
    try: return error
    except UnboundLocalError: return n
def k(n, error=5):
    kept = error
    try: raise ValueError(n)
    except ValueError as error: error = error.args[0]
    try: return error, kept
    except UnboundLocalError: return "deleted", kept
for n in range(9): print(f(n), h(n), k(n, [n]))
""",
    "signals": """
import signal
def raising(number, frame): raise TimeoutError(frame.f_lineno)
signal.signal(signal.SIGALRM, raising)
def work(n):
    total = 0
    for i in range(n):
        try: total += [1][i]
        except IndexError:
            if i == 9: signal.raise_signal(signal.SIGALRM)
            total += 1
    return total
for n in (3, 8, 12, 20):
    try: print(work(n))
    except TimeoutError as error: print(error, repr(error.__context__))
""",
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(source: str) -> None:
    assert not difference(source)


HANDLING = """
class Own(Exception): pass
def refuse(n):
    if n % 3: raise Own(n)
    raise LookupError("third")
def passing(n):
    try: return refuse(n)
    except KeyError: return -1
def count(n):
    found = 0
    for i in range(n):
        try: {}[i]
        except KeyError as error: found += error.args[0] % 2
        try: found += int("x" if i % 2 else "1")
        except ValueError: found -= 1
        try: passing(i)
        except (Own, LookupError): found += 2
        finally: found += 1
    return found
print(count(400))
"""


def test_nothing_is_left_to_handlers() -> None:
    recording = compiled(HANDLING)
    made = {code.function: code for code in recording.statistics.codes}

    assert [dict(made[name].handled) for name in ("refuse", "passing", "count")] == [{}, {}, {}]
    assert recording.stdout == interpreted(HANDLING).stdout
    assert list(told(recording)) == list(told(interpreted(HANDLING)))


def test_what_raises_keeps_nothing() -> None:
    source = """
import gc, weakref
class Thing: pass
def look(n):
    thing = Thing()
    try: {}[n]
    except KeyError: seen = weakref.ref(thing)
    del thing
    return seen() is None
gc.disable()
print(all([look(n) for n in range(200)]))
gc.enable()
"""

    assert compiled(source).stdout == "True\n"


@pytest.mark.parametrize("limit", range(9000, 9080, 30))
def test_limits_are_reached_in_the_midst_of_handlers(limit: int) -> None:
    limits = Limits(steps=limit)

    found = compiled(HANDLING, limits=limits)

    assert len(found) == limit
    assert list(told(found)) == list(told(interpreted(HANDLING, limits=limits)))
