"""Tests that what objects of native and library types hold is recorded as it is, whatever changes them.

Every state is compared with a direct snapshot, and at the end with what the program itself says of its objects.
"""

import pytest

from tests.recording.audit import record

PROGRAMS = {
    "deques": """
from collections import deque
d = deque([1, [2]], maxlen=3); e = d
d.append(3); d.append(4); d.appendleft([5]); d.rotate(1); d.rotate(-2); d.extend('xy'); d.extendleft([6])
d[0] = d; d.reverse(); del d[1]; d.insert(1, 'i'); d.remove('i'); d *= 2; d.clear()
it = iter(deque('abc')); next(it); rest = list(it); back = reversed(deque('abc')); next(back)
""",
    "dictionaries": """
from collections import Counter, OrderedDict, defaultdict
import operator
made = []
def factory(): made.append(1); return made
d = defaultdict(factory, a=[1]); d['x']; d['y'].append(2); d.default_factory = None; d.default_factory = list; d['z']
n = defaultdict(int); n['k'] += 1
c = Counter('hello'); c.update('lo'); c.subtract('h'); c['new'] += 2; top = c.most_common(1); c += Counter('z')
o = OrderedDict(a=1, b=[2]); o.move_to_end('a'); o['c'] = o; o.popitem(last=False)
v = {'p': 1}; keys, items = v.keys(), v.items(); v['q'] = keys; v |= {'r': items}; operator.delitem(v, 'p')
class Sub(dict): pass
s = Sub(a=1); s.note = [1]; s['b'] = s.note; s.update(c=2); s.default_factory = 3
""",
    "arrays and buffers": """
from array import array
a = array('i', [1, 2]); a.append(3); a.extend([4]); a[0] = 9; del a[1]; a.pop(); a.insert(0, 7); a.reverse(); a *= 2
f = array('d', [0.0, 1.5]); f[0] = -0.0; f.frombytes(b'12345678'); f.byteswap()
b = bytearray(b'abc'); m = memoryview(b); m[0] = 120; m[1:3] = b'zz'; part = m[1:]; part.release(); m.release()
b.extend(b'de'); b += b'f'; b.reverse(); b[1:2] = b'long'; b.pop(); b.append(1); b.clear()
import struct
buffer = bytearray(8); struct.pack_into('>i', buffer, 2, 77); header = struct.Struct('>ih')
""",
    "what generators and iterators of the library change": """
import operator
from heapq import merge
def f(*arguments): return arguments
def delegating(iterator): yield from iterator
s = iter([1, 3])
for x in merge(s, [2]): pass
s = iter([1, 3]); x, *y = merge(s, [2])
s = iter([1, 3]); x, y, z = merge(s, [2])
s = iter([1, 3]); x = [*merge(s, [2])]
s = iter([1, 3]); x = {0, *merge(s, [2])}
s = iter([1, 3]); x = f(*merge(s, [2]))
s = iter([1, 3]); x = f(0, *merge(s, [2]))
s = iter([1, 3]); x = list(merge(s, [2]))
s = iter([1, 3]); x = sum(merge(s, [2]))
s = iter([1, 3]); x = next(merge(s, [2]))
s = iter([1, 3]); x = 2 in merge(s, [2])
s = iter([1, 3]); x = []; x.extend(merge(s, [2]))
s = iter([1, 3]); x = []; x += merge(s, [2])
s = iter([1, 3]); x = []; x[:] = merge(s, [2])
s = iter([1, 3]); x = [4]; x[len(x):] = merge(s, [2])
s = iter([1, 3]); x = list(delegating(merge(s, [2])))
s = iter([1, 3])
for x in zip(merge(s, [2]), 'ab'): pass
s = iter([1, 3])
for x in enumerate(merge(s, [2])): pass
s = iter([1, 3])
for x in delegating(merge(s, [2])): pass
s = iter([1, 3]); pop = operator.methodcaller('pop')
for x in zip(s, delegating('ab')): pass
y = [1, 2, 3, 4, 5, 6]; x = f(*map(pop, [y])); x = []; x.extend(map(pop, [y])); x += map(pop, [y]); x[:] = map(pop, [y])
x = print(*map(pop, [y])); x = sum(map(pop, [y]))
""",
    "iterators": """
xs = [1, 2, 3]
i = iter(xs); next(i); j = i
for x in i: last = x
k = iter(xs)
for x in k: break
first, *others = k
z = zip(iter(xs), 'ab', iter(xs)); n = next(z); e = enumerate(iter(xs), 5); next(e)
for pair in e: pass
for pair in zip(xs, (y := iter('abc'))): pass
r = reversed(xs); next(r); t = reversed((1, 2)); next(t); g = iter(range(1, 9, 3)); next(g)
h = iter(range(1 << 70)); next(h)
s = iter({1, 2}); next(s); d = iter({'a': 1}.items()); next(d); q = iter('é€'); next(q); b = iter(b'xy'); next(b)
m = map(str, iter(xs)); next(m); f = filter(None, iter([0, 1])); next(f); w = iter(lambda: len(xs), 3); list(w)
table = {'a': [1], 'b': 2}
for key, value in table.items(): pass
for value in table.values(): kept = iter(table.keys())
for key in kept: pass
for element in {1, 2}: pass
import itertools, fractions
half = itertools.count(fractions.Fraction(1, 2)); next(half); ever = itertools.repeat([1]); next(ever)
longest = itertools.zip_longest([1], [2, [3], 4], fillvalue=0); next(longest); next(longest); print(*longest)
ordered = iter(__import__('collections').OrderedDict(a=1)); next(ordered); ended = list(ordered)
c = itertools.count(5, 2); next(c); rep = itertools.repeat('x', 2); next(rep); cyc = itertools.cycle(xs); next(cyc)
u = iter(xs); has = 2 in u; a = [*u]; v = iter(xs); text = ','.join(map(str, v)); o = iter(xs); xs2 = []; xs2 += o
def spread(*args): return args
p = iter(xs); spread(*p); l = iter(xs); xs2[1:] = l; def_it = iter(xs); total = sum(def_it)
def delegate(): yield from iter(xs)
list(delegate())
def held():
    it = iter([1, 2])
    for _ in it: return it
back = held(); next(back)
class Own:
    def __getitem__(self, n): return [1, 2][n]
    def __len__(self): raise AssertionError
own = iter(Own()); next(own); again = reversed([[]]); inner = [x for x in again]
m = map(str, [1, 2]); z = zip(m, [1, 2]); y = list(z)
c = itertools.count()
for y in zip(c, 'ab'): pass
for y in zip([1, 2], zip(c, itertools.cycle('ab'))): pass
c = itertools.count(); z = enumerate(c); y = next(z); y = dict(zip('ab', c)); y, _ = zip('ab', c)
""",
    "library classes": """
from collections import ChainMap, UserDict, UserList, UserString
from types import SimpleNamespace, MappingProxyType
u = UserDict(a=[1]); u['b'] = 2; u.update(c=3); del u['a']; u.setdefault('l', []).append(u)
l = UserList([1]); l.append(2); l[0] = l; l.sort(key=str); l += [3]; s = UserString('abc')
c = ChainMap({'x': 1}, {'y': [2]}); c['z'] = 3; child = c.new_child(); child['w'] = c
n = SimpleNamespace(a=1); n.b = n; del n.a; vars(n)['c'] = [3]
base = {'k': 1}; proxy = MappingProxyType(base); base['m'] = proxy
class Own(UserDict):
    def __setitem__(self, key, value): super().__setitem__(key, [value])
o = Own(); o['q'] = 1; o.extra = o
import functools
p = functools.partial(l.append, 5); p(); q = functools.partial(dict, k=[1])
""",
    "values": """
import datetime, decimal, fractions, pathlib, re, time
d = datetime.date(2024, 2, 29); t = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
class Zone(datetime.tzinfo):
    def utcoffset(self, when): print('asked'); return datetime.timedelta(hours=1)
    def __repr__(self): print('asked'); return 'zone'
own = datetime.time(1, 2, tzinfo=Zone()); span = datetime.timedelta(days=1, seconds=2); later = d + span
class Day(datetime.date):
    def __repr__(self): print('asked'); return 'day'
day = Day(2020, 1, 1); day.note = [1]
x = decimal.Decimal('1.50'); y = x * 2; f = fractions.Fraction(3, 6); g = f + 1; p = pathlib.PurePath('a', 'b/c')
str(p); parts = p.parts; q = p / 'd'; pattern = re.compile('(a)(b)?'); m = pattern.match('abc'); groups = m.groups()
clock = time.gmtime(0)
""",
    "streams and locks": """
import io, threading, contextlib
s = io.StringIO(); s.write('abc'); print('x', [1], file=s); s.seek(0); s.read(2); b = io.BytesIO(b'ab'); b.read(1)
with contextlib.redirect_stdout(s): print('captured')
s.truncate(1); s.close(); b.getbuffer()[0] = 120
lock = threading.Lock(); lock.acquire(); lock.release()
with lock: inside = lock.locked()
r = threading.RLock(); r.acquire(); r.acquire(); r.release()
""",
    "weak references": """
import weakref
class Thing: pass
t = Thing(); r = weakref.ref(t); m = t.__init__; w = weakref.WeakMethod(m) if hasattr(m, '__func__') else None
dead = weakref.ref(Thing()); t2 = r(); del t, t2; gone = r()
d = weakref.WeakValueDictionary(); k = Thing(); d['k'] = k; proxy = weakref.proxy(k)
seen = proxy.x if hasattr(proxy, 'x') else None; del k
""",
    "weak proxies": """
import weakref
class Thing:
    def __setitem__(self, key, value): self.items = {key: value}
    def __call__(self): self.called = True
class Numbers(list):
    def __iadd__(self, other): self.append(other); return self
class Hidden:
    def __getattribute__(self, name): raise SystemError(name)
t = Thing(); p = weakref.proxy(t); n = Numbers([1]); q = weakref.proxy(n); h = Hidden(); r = weakref.proxy(h)
p.x = [1]; p.x.append(p); p['k'] = 2; p(); setattr(p, 'y', 3); del p.x; delattr(p, 'y')
q.append(2); q[0] = 5; q[1:] = [6, 7, 8]; del q[0]; q += 4; q.note = 'n'; q.sort(reverse=True); q[:] = map(str, q)
list(map(q.append, 'ab')); r.z = 1; vars(t)['way'] = p
held = [weakref.proxy(Thing())]; del t, n; gone = [p, q, held]
""",
    "named tuples and classes": """
import collections, dataclasses, enum, typing
P = collections.namedtuple('P', 'x y'); p = P(1, []); p.y.append(p); q = p._replace(x=2)
class N(typing.NamedTuple):
    a: int
    b: list = []
n = N(1); n.b.append(n)
@dataclasses.dataclass(slots=True)
class D:
    x: int
    y: list = dataclasses.field(default_factory=list)
d = D(1); d.y.append(d); d.x += 1; object.__setattr__(d, 'x', 9); e = dataclasses.asdict(D(2))
class Color(enum.Enum):
    RED = [1]
    BLUE = 2
c = Color.RED; c.value.append(Color.BLUE); c.note = 'n'; Color['BLUE'].other = c
kept = Color.RED.__dict__; kept['way'] = [1]; c.way.append(kept)
class Slots:
    __slots__ = ('a', '__dict__')
s = Slots(); s.a = 1; s.b = s; setattr(s, 'a', [2]); vars(s).update(c=3)
class Descriptor:
    @property
    def p(self): return 1
    @staticmethod
    def st(): return 2
    @classmethod
    def cm(cls): return cls
bound = Descriptor().p; up = super(Descriptor, Descriptor())
""",
    "native mutators": """
import heapq, random, bisect, functools, operator, copy
h = [3, 1, 2]; heapq.heapify(h); heapq.heappush(h, 0); heapq.heapreplace(h, 9); bisect.insort(h, 5)
random.Random(3).shuffle(h); h.sort(reverse=True); operator.setitem(h, 0, h); operator.iconcat(h, [1])
acc = functools.reduce(lambda a, b: a.update({b: a.copy()}) or a, 'xy', {})
acc.__setitem__('z', acc); dict.update(acc, w=1); list.append(h, 2); set.update(s := {1}, [2]); s.__ior__({3})
class O: pass
o = O(); o.__dict__['a'] = 1; object.__setattr__(o, 'b', [o]); setattr(o, 'c', 2); o.__dict__.update(d=3)
delattr(o, 'a')
sorted(h[1:], key=lambda x: h.append(x) or str(x)); list(map(h.append, 'ab'))
max('ab', key=lambda k: acc.setdefault(k, k))
cache = functools.lru_cache(lambda n: h.append(n) or n); cache(1); cache(1)
moved = copy.copy(h); slices = h[1:2]; del h[:]; h[:] = moved; h[::2] = [0] * len(h[::2])
""",
    "exceptions": """
def deep(n):
    if n: return deep(n - 1)
    raise ValueError('deep', [n])
try:
    try: deep(2)
    except ValueError as error:
        first = error
        error.add_note('noted')
        raise KeyError('k') from error
except KeyError as error:
    second = error
try: raise second
except KeyError as again: third = again.with_traceback(None)
try:
    try: {}['a']
    finally: raise TypeError('t')
except TypeError as t: kept = t
kept.__context__ = None; kept.__cause__ = first; kept.__suppress_context__ = False
class Own(Exception):
    def __init__(self, a): self.a = [a]; super().__init__(a)
try: raise Own(1)
except Own as own: own.a.append(own); saved = own
try: raise ExceptionGroup('g', [ValueError(1), saved])
except* (ValueError, Own) as group: part = group
def gen():
    try: yield 1
    except ValueError as e: yield e
g = gen(); next(g); thrown = g.throw(ValueError('in'))
""",
    "modules and functions": """
import math, sys
def outer(a, b=[1], *, c={'k': 1}):
    total = a
    def inner(): return total
    return inner
f = outer(1); b = f.__closure__; outer.__defaults__ = ([2],); outer.note = 1; append = [].append; append(3); m = {}.get
code = outer.__code__; method = type(f).__get__; lam = lambda: f
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_states_are_those_of_the_program(name: str) -> None:
    recording = record(PROGRAMS[name], is_audited=True)

    assert "completed" == recording.outcome.status, recording.outcome.exception
    assert "asked" not in recording.stdout
