"""Tests that every recorded state equals a direct deep snapshot of the program at that instruction."""

import io
from contextlib import redirect_stdout

import pytest

from calcharo_vm.machine.machine import Machine
from calcharo_vm.recording import ops
from tests.recording.audit import record

TRACED = """
import sys, warnings
warnings.simplefilter("ignore")
class Noisy:
    def __init__(self, name): self.name = name
    def __enter__(self): return [self.name]
    def __exit__(self, *error): return True
    def __del__(self): kept.append(self.name)
kept = []
def jumping(function, start, to, event="line"):
    first, tries = function.__code__.co_firstlineno, []
    def trace(frame, kind, arg):
        if frame.f_code is not function.__code__: return None
        if kind == event and frame.f_lineno == first + start and not tries:
            tries.append([frame.f_lineno])
            try: frame.f_lineno = first + to
            except ValueError as error: tries.append([str(error)])
        return trace
    sys.settrace(trace)
    try: return list(function())
    except Exception: pass
    finally: sys.settrace(None)
"""

PROGRAMS = {
    "a type that CPython has not prepared": """
lines = (lambda: 0).__code__.co_lines()
positions = (lambda: 0).__code__.co_positions()
last = [list(lines), list(positions)]
""",
    "cells of a module's comprehension": """
functions = [lambda: i for i in range(3)]
found = [function() for function in functions]
exec("more = [lambda: i for i in range(3)]", {}, {})
exec("more = [lambda: i for i in range(3)]", {})
last = found
""",
    "an exception that another comes from": """
def f(*values):
    for value in values:
        try: made.throw(value)
        except BaseException as error: last = error
def g(): yield 0
made = g(); f(StopIteration(1), KeyError)
""",
    "jumps of a trace function": TRACED
    + """
def f():
    values = [[1], [2]]
    for a in values:
        with Noisy('one') as b:
            for c in [Noisy('two'), Noisy('three')]:
                d = [a, b, c]
                values[0].append(len(d))
        e = {'d': a}
    try:
        values[5]
    except IndexError as g:
        h = [g.args]
        h = h and (
            h)
    for \\
            i \\
            in [[3]]:
        i.append(4)
    return [values, e]
f()
for start, to in (6, 8), (3, 9), (5, 1), (13, 8), (15, 18):
    jumping(f, start, to)
""",
    "jumps of a generator": TRACED
    + """
def f():
    a = [1]
    yield a
    try:
        b = yield [a]
        yield [b]
    except ValueError:
        a.append([3])
    yield a
for start, to in (2, 1), (4, 8), (8, 1):
    jumping(f, start, to)
    jumping(f, start, to, "return")
""",
    "finalisers of what an iterator has exhausted": """
class Noisy:
    def __del__(self):
        seen.append(1)
seen = []
for each in [Noisy(), Noisy()]:
    pass
for each in enumerate(iter([Noisy(), Noisy()])):
    del each
""",
    "aliases": """
a = b = []
a.append(1); b.extend([2, 3]); a += (4,); a[0] = 9; del b[1]; a[1:2] = 'xy'; a.insert(0, a); a.pop(); a.pop(0)
a.sort(key=str); a.reverse(); a *= 2
c = a.copy(); a.clear()
""",
    "dictionaries": """
d = {'a': 1}; e = d
d['b'] = [d]; d[(1, 2)] = 3; d[(1, 2)] = 4; d[1.0] = 'x'; d[True] = 'y'; del d['a']; d.pop('b')
d.setdefault('q', []).append(1)
d.update(z=1); d |= {'w': 2}; d.popitem(); e.clear()
from collections import Counter, OrderedDict, defaultdict
n = defaultdict(list); n['k'].append(1); n['k']
count = Counter('hello'); count.update('help'); count['l'] += 1
o = OrderedDict(a=1, b=2); o.move_to_end('a')
""",
    "sets and deques": """
s = {1, 2}; s.add(3); s.add(3); s.discard(1); s |= {7}; s.update([8]); s.remove(2); s.clear()
f = frozenset({1, (2, 3)})
from collections import deque
q = deque([1, 2]); q.append(3); q.appendleft(0); q.popleft(); q.pop(); q.rotate(1); q.extend('ab'); q.remove('a')
small = deque(maxlen=2)
for i in range(4): small.append(i)
b = bytearray(b'ab'); b[0] = 120; b += b'c'
""",
    "instances": """
class Node:
    kind = 'node'
    def __init__(self, value):
        self.value, self.next = value, None
class Slotted:
    __slots__ = ('x', 'y')
class Both(Slotted):
    pass
n = Node(1); n.next = n; n.extra = [n]; del n.extra
n.__dict__['put'] = 1; vars(n).update(more=2); setattr(n, 'by', 3); object.__setattr__(n, 'name', 4); delattr(n, 'by')
s = Slotted(); s.x = [1]; del s.x; s.y = s
b = Both(); b.z = 1; b.x = 2; b.z = 3
Node.kind = 'changed'; Node.more = n; del Node.more
n.__class__ = type('Other', (Node,), {})
n.__dict__ = {'fresh': 1}; n.last = 2
""",
    "classes of metaclasses": """
class Meta(type):
    tag = 'meta'
class Made(metaclass=Meta):
    pass
Made.plain = [1]; Made.__special__ = 2; Made.__special__ = [Made]; Meta.tag = Made; Made.tag = 3
del Made.__special__, Made.plain
""",
    "unusual classes": """
class One:
    __slots__ = ('x',)
class Two:
    __slots__ = ('x',)
class Made(One):
    __slots__ = ()
m = Made(); m.x = [1]; Made.__bases__ = (Two,)
m.x = [2]; m.x = m.x
class Odd:
    __slots__ = ('__dict__',)
class Odder(Odd):
    @property
    def __dict__(self): return {}
o = Odder(); o.a = [1]
def function(): pass
function.note = [1]; function.__doc__ = 'text'; Two.__doc__ = 'two'
class Plain: pass
p = Plain(); entries = p.__dict__; p.y = [1]; p.y = p.y; p.y = 2; entries['z'] = p; del p.y
import math; math.extra = [1]; del math.extra
""",
    "closures": """
def counter(start):
    total = start
    def add(n, memo=[]):
        nonlocal total
        total += n; memo.append(total)
        return total
    return add
one, other = counter(1), counter(2)
for i in range(3): one(i), other(i)
def late():
    def inner(): return x
    x = [1]; x.append(inner()); del x
    try: inner()
    except NameError as error: name = str(error)
late()
""",
    "comprehensions": """
def make(n):
    rows = [[i * j for j in range(i)] for i in range(n)]
    pairs = {str(k): {v for v in range(k)} for k in range(n)}
    return rows, pairs, [*rows, *pairs], {**pairs, 'x': 1}, {*rows[0], *range(3)}, sum(x for x in range(n))
result = make(4)
""",
    "exceptions": """
class Trouble(Exception):
    pass
def fails(items):
    items.append(1)
    try:
        items.extend(x / (2 - x) for x in range(4))
    except ZeroDivisionError as error:
        items.append(str(error))
        raise Trouble('deep', items) from error
    finally:
        items.append('finally')
seen = []
try:
    fails(seen)
except Trouble as error:
    kept = error.args
for i in range(2):
    try: int('x')
    except ValueError: pass
try:
    raise ExceptionGroup('g', [ValueError(1), KeyError(2)])
except* (ValueError, KeyError) as group:
    caught = group.exceptions
""",
    "generators": """
def numbers(log):
    for i in range(3):
        got = yield i
        log.append(got)
    return 'done'
def outer(log):
    result = yield from numbers(log)
    log.append(result)
log = []
g = outer(log)
for value in g: log.append(value)
h = numbers(log); next(h); h.send('sent'); h.close()
unused = numbers([9]); del unused
started = numbers([8]); next(started); del started
fresh = [[7]]
lists = [list(numbers([])) for _ in range(2)]
""",
    "native calls": """
import heapq, random, bisect, functools, itertools, copy, operator
h = []
for n in (3, 1, 2): heapq.heappush(h, n)
heapq.heappop(h); bisect.insort(h, 0); random.Random(1).shuffle(h)
collected = []
for _ in map(collected.append, h): pass
list(map(collected.append, 'ab')); any(map(collected.append, 'cd'))
[*map(collected.append, 'e')]
collected.sort(key=lambda x: (collected == [], str(x)))
functools.reduce(lambda acc, x: acc.append(x) or acc, h, collected)
push = functools.partial(collected.append, 5); push()
append = collected.append; append(6)
deep = copy.deepcopy({'x': [collected]})
operator.setitem(collected, 0, 'set'); operator.iadd(collected, [1])
exec('made = [1]; made.append(2)')
exec('inner = 1', space := {}); globals()['sneaky'] = [3]; globals().pop('sneaky')
exec('other = [1]', space); eval('space.update(k=1)')
chain = itertools.chain(h, collected); first = next(chain)
""",
    "recursion": """
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def walk(tree, path):
    path.append(tree[0])
    for child in tree[1:]: walk(child, path)
    return path
f = fib(6); p = walk([1, [2, [3]], [4]], [])
""",
    "context managers": """
import contextlib
@contextlib.contextmanager
def opened(log):
    log.append('in')
    try: yield log
    finally: log.append('out')
class Manager:
    def __enter__(self): self.state = 'in'; return self
    def __exit__(self, *info): self.state = 'out'; return True
log = []
with opened(log) as inner, Manager() as m:
    inner.append(1)
    raise ValueError
with contextlib.suppress(KeyError): {}['k']
""",
    "dataclasses and enums": """
import dataclasses, enum, functools, typing
@dataclasses.dataclass
class Point:
    x: int
    tags: list = dataclasses.field(default_factory=list)
p = Point(1); p.tags.append(p.x); q = dataclasses.replace(p, x=2)
class Colour(enum.Enum):
    RED = 1
    BLUE = [2]
class Flag(enum.IntFlag):
    A = 1
    B = 2
both = Flag.A | Flag.B; Colour.BLUE.value.append(Colour.RED)
class Lazy:
    @functools.cached_property
    def value(self): return [1]
lazy = Lazy(); lazy.value.append(2); lazy.value
class Pair(typing.NamedTuple):
    a: int
    b: list
pair = Pair(1, []); pair.b.append(pair)
""",
    "garbage": """
import gc
def cycle(n):
    a = [n]; a.append(a); d = {'a': a}; d['d'] = d
for i in range(20):
    cycle(i)
    if i % 7 == 0: gc.collect()
    x = [i, {i: (i,)}]; y = {'x': x}; x = y = None
class Finalised:
    def __init__(self, log): self.log = log
    def __del__(self): self.log.append('gone')
log = []
f = Finalised(log); f = None; Finalised(log)
""",
    "finalisers within instructions": """
class Noisy:
    def __init__(self, log): self.log = log
    def __del__(self): self.log.append([len(self.log)])
def stores(log):
    x = Noisy(log); x = [1]; x = Noisy(log)
    for x in [2], [3]: y = x
    x, y = Noisy(log), Noisy(log)
    x, y = y, [4]
    x = y = None
    z = Noisy(log); del z
    return log
log = stores([])
box = [Noisy(log)]; box[0] = 1; box.append(Noisy(log)); box.clear()
box = {'k': Noisy(log)}; box['k'] = Noisy(log); del box
""",
    "driven generators": """
def worker(log):
    while True:
        try:
            log.append((yield log))
        except ValueError as error:
            log.append([error.args])
log = []
g = worker(log); next(g); g.send(1); g.throw(ValueError('x')); send = g.send; send([2]); g.close()
try: g.send(3)
except StopIteration: log.append('over')
type(g).close(g)
counted = list(enumerate(zip('ab', [[1], [2]])))
for i, pair in enumerate(zip(log, map(log.append, 'xy'))): last = pair
total = sum(len(each) for each in [log, counted]); joined = ','.join(str(n) for n in range(3))
""",
    "failing writes": """
class Slotted:
    __slots__ = ('a',)
def attempt(action, *args):
    try: return action(*args)
    except (AttributeError, TypeError, KeyError, IndexError, ValueError) as error: return str(error)
s = Slotted(); items = [[1]]; table = {'k': items}
results = [attempt(setattr, s, 'b', 1), attempt(setattr, s, 2, 1), attempt(delattr, s, 'a'), attempt(items.pop, 5)]
results += [attempt(table.pop, 'none'), attempt(items.remove, 7), attempt(items.pop, 0), attempt(table.pop)]
try: items[3] = 1
except IndexError: pass
try: s.b = [2]
except AttributeError: pass
""",
    "patterns and strings": """
def shape(value):
    match value:
        case [x, *rest] if rest: return f'{x!r:>4}', rest
        case {'k': v, **others}: return v, others
        case str() | bytes() as text: return text.upper()
        case _: return None
results = [shape(v) for v in ([1, 2, 3], {'k': 1, 'z': []}, 'text', b'b', 4.5)]
""",
    "names of all kinds": """
import os
from os.path import *
from collections import OrderedDict
def write(value):
    global shared, loud
    shared = loud = value
    del loud
write([1]); write({'k': 2})
o = OrderedDict({(1, 2): [3]}); o[4] = 5; o.move_to_end((1, 2))
class Walker:
    def __init__(self): self.seen = []
    def walk(self, x): self.seen.append(x)
w = Walker(); walk = w.walk; walk(1); append = w.seen.append; append([2])
join = ','.join; text = join(['a', 'b']); bits = (5).bit_length; bits()
library = os.walk('/nowhere'); library.close()
p = (1, [2]); q = (p, p, (p,))
try: {}.setdefault()
except TypeError: pass
""",
    "finalisers between": """
class Loud:
    def __init__(self, log): self.log = log
    def __del__(self): self.log.append(len(self.log))
log = []
if Loud(log) is None: pass
while Loud(log) is None: pass
[Loud(log)].append(1); {'k': Loud(log)}.update(a=2); [Loud(log)].clear()
def replace(log):
    x = Loud(log); x = Loud(log); x = None
    for _ in [Loud(log)]: pass
    return Loud(log)
replace(log); replace(log).log.append('named'); kept = [replace(log)]; kept = None
class Silent:
    def __bool__(self): return False
    def __del__(self): log.append('silent')
if Silent(): pass
if not Silent(): log.append('not')
while Silent(): pass
x = Silent() or Silent() and 1
""",
    "variables written from outside": """
import sys
def function(a):
    def inner(): return a, b
    b, c = [1], 2
    seen = sys._getframe().f_locals
    seen['c'] = [3]; seen['b'] = [4]; seen.update({'c': 5}); update = seen.update; update({'c': 8})
    seen.copy(); seen.setdefault('new', 1)
    seen |= {'c': 6}; locals(); vars(); inner()
    sorted(['c'], key=lambda name: writes(sys._getframe(1).f_locals, name))
    return c
def writes(space, name):
    space[name] = [7]; dict.get({}, name); return name
def waiting():
    x = 1
    yield x
    yield x
x = function(1)
g = waiting(); next(g); g.gi_frame.f_locals['x'] = [2]; y = next(g)
shown = sys._getframe().f_locals; shown['z'] = 1
try: vars(1)
except TypeError: refused = 1
try: [].f_locals
except AttributeError: refused = 2
""",
    "layouts that change": """
import functools
class One:
    __slots__ = ('x',)
class Two:
    __slots__ = ('x',)
class Made(One):
    __slots__ = ()
m = Made(); m.x = [1]; functools.partial(setattr, Made, '__bases__', (Two,))(); m.x = [2]; n = m
m.x = 3; del One.x; o = One(); Two.x = 5; p = m; setattr(m, b'x'.decode(), 1) if False else None
""",
    "what the library passes on": """
import collections, contextlib, itertools, types
data = bytearray(b'bytes'); view = memoryview(data); view[0] = 65; view.release()
table = {'k': 1}; chained = collections.ChainMap(table); chained['k'] = [2]; chained |= {'l': 3}; del chained['l']
class Text(str): pass
text = Text('x'); nan = float('nan'); kept = [text, data]; data += b'more'; data[1:2] = b''
items = []
x = list(itertools.chain((1, 2), map(items.append, (3, 4)))); x, *y = itertools.chain((1,), map(items.append, (5, 6)))
x = [*itertools.chain((1,), map(items.append, (7, 8)))]; items += map(items.copy().append, (9,))
@contextlib.contextmanager
def noting():
    items.append('in'); yield items; items.append('out')
with contextlib.ExitStack() as stack:
    stack.callback(items.append, 'called')
    with noting() as same: same.append(1)
import email.message
message = email.message.Message(); message.own = items
holder = types.SimpleNamespace(); proxy = types.MappingProxyType(table)
class Library(collections.UserDict): pass
own = Library(); own['k'] = items; own.data['l'] = 1; del own['k']
import threading
class Worker(threading.Thread): pass
worker = Worker(); worker.name = 'changed'; worker.daemon = True; worker.own = 1
class Own:
    def __setitem__(self, key, value): self.got = key, value
    @property
    def put(self): return 1
    @put.setter
    def put(self, value): self.got = value
own = Own(); own['k'] = items; own.put = items
""",
    "generators that the end closes": """
def waiting(log):
    try: yield 1
    finally:
        log.append('closed'); kept = [log]
g = waiting([]); next(g); h = waiting([]); next(h)
""",
    "warnings of what goes": """
import warnings
async def never(): pass
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    never(); x = len(caught)
    warnings.warn('plain'); y = [caught]
""",
    "asynchronous": """
import asyncio
async def work(n, log):
    log.append(n)
    await asyncio.sleep(0)
    log.append(-n)
    return n
async def main():
    log = []
    results = await asyncio.gather(work(1, log), work(2, log))
    asyncio.get_running_loop().call_soon(log.append, 'soon')
    await asyncio.sleep(0)
    return [x async for x in stream(results)], log
async def stream(items):
    for item in items: yield item
done = asyncio.run(main())
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_states_are_those_of_the_program(name: str) -> None:
    recording = record(PROGRAMS[name], is_audited=True)

    assert "completed" == recording.outcome.status, recording.outcome.exception


@pytest.mark.parametrize("name", ["finalisers between", "generators", "closures", "comprehensions", "native calls"])
def test_a_chunk_may_end_at_any_step(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = record(PROGRAMS[name])
    monkeypatch.setattr(ops, "CHUNK_STEPS", 1)
    split = record(PROGRAMS[name], is_audited=True)

    assert len(split) == len(split.journal.chunks) - 1
    assert [repr(step) for step in whole] == [repr(step) for step in split]


def test_a_recorded_program_is_not_changed() -> None:
    source = """
import gc, weakref, sys
class Thing:
    def __init__(self, name): self.name = name
    def __del__(self): print('del', self.name)
    def __eq__(self, other): print('eq'); return True
    def __hash__(self): print('hash'); return 1
    def __repr__(self): print('repr'); return 'thing'
    def __getattr__(self, name): print('getattr', name); raise AttributeError(name)
    @property
    def loud(self): print('property'); return 1
a = Thing('a'); b = a; print('two names', sys.getrefcount(a))
a = None; print('still'); b = None; print('gone')
items = [Thing('in list')]; items.pop(); print('popped')
d = {'k': Thing('in dict')}; r = weakref.ref(d['k'], lambda _: print('weak')); d.clear(); print('cleared', r())
def local(): kept = Thing('local'); return 1
local(); print('returned')
def generate(): held = Thing('generator'); yield 1; yield 2
g = generate(); next(g); g = None; print('generator gone')
Thing('nameless'); print('after')
x = [Thing('cycle')]; x.append(x); del x; gc.collect(); print('collected')
"""
    plain = io.StringIO()
    with redirect_stdout(plain):
        machine = Machine()
        with machine.activate():
            machine.run_code(compile(source, "program.py", "exec"), {"__name__": "__main__"})

    assert plain.getvalue() == record(source).stdout
