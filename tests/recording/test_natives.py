"""Tests for calcharo_vm/recording/natives.py: what is known of native functions, and that it is true."""

import bisect
import datetime as dt
import io
import math
import operator
import re
import struct
from collections import Counter, defaultdict
from contextlib import closing, suppress
from functools import lru_cache
from threading import Lock, RLock

import pytest

from calcharo_vm.recording.anatomy import Anatomy
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.natives import effect_of
from tests.recording.audit import record

FOUND = re.match("(a)", "a")
ERROR = ValueError()


class Plain:
    """A class without anything of its own."""


class Meta(type):
    def __eq__(cls, other: object) -> bool:
        raise AssertionError("asked")

    __hash__ = type.__hash__


class Own(dict[object, object], metaclass=Meta):
    """A dictionary whose class is of a kind of its own."""


PATTERN = re.compile("a")
EFFECTS = [
    (PATTERN.match, Effect.NONE),
    (PATTERN.findall, Effect.NONE),
    (PATTERN.sub, Effect.READS),
    (FOUND.group, Effect.NONE),  # type: ignore[union-attr] # it matches
    (re.Match.group, Effect.NONE),
    (operator.add, Effect.NONE),
    (operator.index, Effect.NONE),
    (operator.is_not, Effect.NONE),
    (operator.contains, Effect.CONSUMES),
    (operator.iadd, Effect.UNKNOWN),
    (operator.setitem, Effect.UNKNOWN),
    (ERROR.__init__, Effect.FIRST),  # type: ignore[misc] # as super().__init__ is
    (ValueError.__init__, Effect.FIRST),
    (Plain().__init__, Effect.NONE),  # type: ignore[misc]
    (Plain().__setattr__, Effect.ATTRIBUTE),
    ([].__reversed__, Effect.UNKNOWN),
    (KeyError, Effect.NONE),
    (ExceptionGroup, Effect.UNKNOWN),
    (suppress, Effect.NONE),
    (suppress(KeyError).__exit__, Effect.NONE),
    (closing.__enter__, Effect.RUNS_CODE),
    (Lock().acquire, Effect.FIRST),
    (type(RLock()).__exit__, Effect.FIRST),
    ([].__iadd__, Effect.UNKNOWN),
    ([].sort, Effect.UPDATES),
    ({}.update, Effect.UPDATES),
    ({}.setdefault, Effect.MAY_ADD),
    (set.discard, Effect.DISCARDS),
    (frozenset().union, Effect.READS),
    (dict.fromkeys, Effect.CONSUMES),
    (int.from_bytes, Effect.CONSUMES),
    (Own.fromkeys, Effect.UNKNOWN),
    (bytearray.fromhex, Effect.UNKNOWN),
    (math.prod, Effect.CONSUMES),
    (math.sqrt, Effect.NONE),
    (bisect.insort, Effect.REORDERS),
    (dt.date, Effect.NONE),
    (dt.date(2020, 1, 1).isoformat, Effect.NONE),
    (dt.date.isoformat, Effect.NONE),
    (Counter, Effect.CONSUMES),
    (Counter().pop, Effect.KEYED),
    (defaultdict, Effect.READS),
    (io.StringIO().write, Effect.FIRST),
    (io.StringIO().readable, Effect.UNKNOWN),
    (struct.Struct, Effect.NONE),
    (lru_cache(len), Effect.NONE),
    (lru_cache(print), Effect.UNKNOWN),
    (operator.itemgetter(1), Effect.UNKNOWN),
    (operator.attrgetter("a"), Effect.NONE),
    (Plain(), Effect.UNKNOWN),
]


@pytest.mark.parametrize(("called", "effect"), EFFECTS, ids=lambda value: re.sub(" at 0x.*", "", str(value)))
def test_the_effect_of(called: object, effect: Effect) -> None:
    assert effect_of(called, Anatomy()) is effect


class Called(metaclass=Meta):
    def __call__(self) -> None:
        """Does nothing."""


def test_no_class_is_asked_what_it_equals() -> None:
    assert effect_of(Called(), Anatomy()) is Effect.UNKNOWN


PROGRAMS = {
    "exceptions": """
class Wrong(ValueError):
    def __init__(self, first, *more):
        super().__init__(first, more)
        self.first = first
kept = [Wrong([1], [2])]
kept[0].__init__([3])
ValueError.__init__(kept[0], kept)
BaseException.__init__(kept[0])
try:
    raise Wrong(kept, 1) from kept[0]
except Wrong as error:
    kept.append(error.args)
group = ExceptionGroup("some", [Wrong(1)])
stop, other, system = StopIteration([1]), OSError(1, [2]), SystemExit([3])
for each in stop, other, system:
    each.__init__([4])
""",
    "operators": """
import operator
items, more = [[1]], [2]
operator.iadd(items, more)
operator.iconcat(items, [more])
operator.setitem(items, 0, more)
operator.delitem(items, 0)
operator.ior(table := {}, {'k': items})
counted = operator.countOf(iter(items), 2), operator.contains(place := iter([1, 2, 3]), 2)
operator.call(items.append, 5)
operator.add(items, more).append(6)
print(operator.and_(1, 3), operator.index(True), items, next(place))
""",
    "regular expressions": """
import re
pattern, seen = re.compile('(?P<letter>[a-z])([0-9])?'), []
def note(match):
    seen.append(match.groups())
    return match['letter'].upper()
print(pattern.sub(note, 'a1b2c'), pattern.subn(str, "ab"))
for match in pattern.finditer('a1b'):
    seen.append(match.groupdict())
    seen.append(match.span())
first = pattern.match('a1')
print(first.group(1, 2), first.expand(r'\\2'), pattern.split('-a1-'), pattern.findall('b2'), first.start())
""",
    "attributes": """
class Fixed:
    def __setattr__(self, name, value):
        super().__setattr__(name, [value])
    def __delattr__(self, name):
        super().__delattr__(name)
    def __init__(self):
        super().__init__()
        self.a = 1
        self.b = self
fixed = Fixed()
fixed.__setattr__('c', 2)
object.__setattr__(fixed, 'd', fixed)
object.__delattr__(fixed, 'a')
del fixed.b
""",
    "with": """
class Kept:
    def __init__(self, items): self.items = items
    def __enter__(self):
        self.items.append(1)
        return self
    def __exit__(self, kind, error, traceback):
        self.items.append([kind, error])
        return True
class Foreign(Kept):
    __exit__ = Kept.__exit__
items = []
with Kept(items) as kept:
    items.append(2)
    raise ValueError(items)
with Foreign([]) as foreign, Kept(foreign.items):
    del items[:]
import contextlib, threading
with contextlib.suppress(KeyError), contextlib.closing(open('/dev/null')) as file, threading.Lock():
    {}[1]
@contextlib.contextmanager
def opened():
    items.append('opened')
    try:
        yield items
    except KeyError as error:
        items.append(error)
with opened() as found:
    raise KeyError(found)
""",
    "asynchronous with": """
items = []
class Kept:
    async def __aenter__(self):
        items.append(1)
        return items
    async def __aexit__(self, *error):
        items.append(error)
        return True
async def main():
    async with Kept() as found:
        found.append(2)
        raise ValueError
try:
    main().send(None)
except StopIteration:
    pass
""",
    "methods of with that are not the program's": """
class Mixed:
    def __init__(self): self.items = []
    def __enter__(self): return self
    @property
    def __exit__(self): return self.leave
    def leave(self, *error): self.items.append(error[:1])
class Native(list):
    def __enter__(self): return self
    __exit__ = list.__init__
with Mixed() as mixed:
    mixed.items.append(0)
try:
    with Native('ab') as native:
        native.append([native])
        raise ValueError
except (TypeError, ValueError):
    pass
""",
}

PROGRAMS |= {
    "lists": """
log = []
class Odd:
    def __index__(self): log.append('index'); return 1
    def __eq__(self, other): log.append('eq'); items.append(len(items)); return len(items) > 9
    __hash__ = None
class Own(list):
    def append(self, item): list.append(self, [item]); log.append(self)
items = [[1], 2, [3], 4]
items.insert(1, [5]); items.insert(-1, 6); items.insert(99, 7); items.insert(-99, 8); items.insert(Odd(), 9)
items.pop(0); items.pop(-2); items.pop(Odd()); items.pop(True); del items[0], items[-1]
try: items.pop(99)
except IndexError: pass
items.remove([5]) if [5] in items else None
own = Own('ab'); own.append(1); own.insert(0, own); own.pop(0); own.extend(place := iter('cd'))
own += (second := iter('e'))
items[1:1] = iter([7, 8]); items[:] = map(str, items); items[0] = [1]; items.sort(key=str)
try: items.sort(key=log.append)
except TypeError: pass
items = [1, 2, 3]
try: items.remove(Odd())
except ValueError: pass
taken = [4, 3, 2, 1]; ordered = [2, 1, 3]; ordered.sort(key=lambda n: taken.pop()); more = [1]
more.sort(key=taken.append)
""",
    "sets": """
log = []
class Key:
    def __init__(self, n): self.n = n
    def __hash__(self): log.append('hash'); return 7
    def __eq__(self, other): log.append('eq'); return self.n == other.n
plain = {1, 'a', 2.5}; plain.discard('a'); plain.remove(True); plain.discard(9)
for call in (lambda: set.discard(5, 1), lambda: list.pop(5, 0), lambda: list.insert(5, 0, 1), set.add, {1}.add,
             set.discard, {1}.discard, list.pop, [].insert, {}.setdefault, list.sort, dict.pop):
    try: call()
    except TypeError as error: log.append(error)
seen = {1, 'a', (1, 2)}; seen.discard(1.0); seen.discard(5); seen.add(True); seen.remove(1); seen.discard((1, 2))
seen.add(1.5)
pair = (3, 4); seen.add(pair); seen.discard((3, 4)); seen.add(float('nan')); seen.discard(float('nan'))
keys = {Key(1), Key(2)}; keys.discard(Key(1)); keys.add(Key(2)); keys.remove(Key(2))
seen.update(place := iter('xy'), [1]); seen.difference_update(iter('x')); seen.intersection_update({1, 'a'}, iter([1]))
seen.symmetric_difference_update(iter('pq')); n = seen.union(place := iter('z'))
m = seen.isdisjoint(second := iter('z'))
f = frozenset('ab').union(third := iter('c')); seen.pop(); seen.clear(); many = set(range(50)); many -= set(range(40))
class Own(set):
    def add(self, item): log.append(item); set.add(self, (item,))
own = Own(fourth := iter('ab')); own.add('c'); own.update('d'); own.discard(('c',))
class Cruel:
    def __hash__(self): return 1
    def __eq__(self, other): cruel.clear(); return True
cruel = {Cruel()}; cruel.discard(Cruel()); cruel.add(1); cruel.add(Cruel()); cruel.discard(1)
""",
    "dictionaries": """
from collections import Counter, OrderedDict, defaultdict
log = []
table = {}; table.update(place := iter([('a', [1])])); table.update({'b': 2}, c=3); table.setdefault('a', 5).append(2)
table.setdefault('d', table); table.setdefault((1, 2), []).append(1); table.setdefault((1, 2), 3); table.pop('d')
table |= iter([])
values, places = sum(len(str(v)) for v in table.values()), sorted(table.keys(), key=str)
made = defaultdict(list); made['x'].append(1); made['x'].append(2); made[(1, 2)].append(3); made[(1, 2)].append(4)
n = made.get('q')
made.update(made); total = sum(map(len, made.values()))
made.default_factory = lambda: log.append(made) or made.clear() or 5; made['y']
class Missing(dict):
    def __missing__(self, key): log.append(key); self[key] = []; return self[key]
m = Missing(second := iter([('p', 1)])); m['q'].append(1); m['q'].append(2); m.update(third := iter([('r', m)]))
o = OrderedDict(fourth := iter([('a', 1)])); o.setdefault('b', []); o.update(z=1); o['b'].append(2)
c = Counter(fifth := iter('ab'))
class Keys:
    def keys(self): log.append('keys'); return iter(['k'])
    def __getitem__(self, key): log.append(key); table['side'] = key; return key
table.update(Keys()); d = dict(Keys()); spread = dict(**table) if all(type(k) is str for k in table) else 0
names = dict.fromkeys(sixth := iter('ab'), log); deleted = table.__delitem__('k')
""",
    "arguments from iterables": """
def f(*args, **named): return args, named
it = iter([1, 2]); x = sum(*(it,)); items = []; list.append(*(items, 3)); items.append(*[4])
list.extend(*(items, iter('ab')))
it = iter([1, 2]); x = sorted(*[it], **{'key': str, 'reverse': True}); x = max(*iter([[1], [2]]), key=len)
it = iter([3, 4]); x = list(*iter([it])); x = f(*iter([it]), **{'a': it}); x = print(*iter('ab'), **{'end': ''})
def each(): yield items; yield 5
list.append(*each()); gen = (iter([n]) for n in range(2)); x = next(*[gen]); list.insert(*(items, 0, [7]))
locals().update(*[{'made': [1]}]); exec(*['made.append(2)']); class_ = type(*('C', (), {}))
class Map(dict): pass
x = f(**Map(a=iter([1]))); it = iter([5]); x = sum(*[it], **{'start': 1})
""",
    "a generator that goes on after a search": """
import operator
def generate():
    own = [1]; operator.iadd(own, [2])
    yield own
    own.append(3)
    yield 1
g = generate(); held = next(g); operator.iadd(held, [4]); next(g); h = generate(); list(zip(g, h))
for n, x in enumerate(generate()): operator.iadd(held, [n])
""",
    "what is called again and again": """
import operator
from functools import lru_cache, partial
class Call:
    def __init__(self): self.seen = []
    def __call__(self, n=0): self.seen.append(n); return n
class Native:
    seen = []
    __call__ = seen.append
call, native = Call(), Native(); call(1); native(2); x = list(map(call, [3])); sorted([1], key=native)
y = partial(call, 4)()
class L(list): pass
class T(tuple): pass
class I(list):
    def __init__(self, given): super().__init__(given); self.given = given
it = iter([1, 2]); l = L(it); it = iter('ab'); t = T(it); it = iter('cd'); i = I(it); it = iter('x')
d = type('D', (dict,), {})(zip(it, it))
get = operator.itemgetter('k'); from collections import defaultdict; table = defaultdict(list); get(table)
x = sorted([table], key=operator.itemgetter('j'))
take = operator.methodcaller('pop'); take([1]); take(call.seen); x = list(map(operator.attrgetter('seen'), [call]))
""",
    "files in memory": """
import io, array, bisect, datetime, heapq
text = io.StringIO('a;b;'); text.readline(); text.write('c'); text.writelines(place := iter('de')); text.seek(0)
rest = text.read(); text.close()
data = io.BytesIO(b'abc'); data.read(1); data.write(b'z'); into = bytearray(2); data.seek(0); data.readinto(into)
numbers = array.array('i', [1]); numbers.append(2); numbers.extend(it := iter([3])); numbers.pop()
class N:
    def __init__(self, n): self.n = n
    def __lt__(self, other): log.append(self); heap.append(self) if len(log) == 3 else None; return self.n < other.n
log, heap = [], []
try:
    for n in (5, 3, 4, 1, 2): heapq.heappush(heap, N(n))
    while heap: heapq.heappop(heap)
except (IndexError, RuntimeError) as error: failed = error
ordered = [1, 5, 9]; bisect.insort(ordered, 6); bisect.insort(ordered, 2, key=lambda n: log.append(n) or n)
at = bisect.bisect(ordered, 5)
bisect.insort(x=[7], a=(lists := [[3], [9]])); bisect.insort(ordered, 4, 0, 2); heap = [5, 1, 4]; heapq.heapify(heap)
day = datetime.date(2020, 1, 1) + datetime.timedelta(1); text = day.isoformat(); heapq.heapreplace(heap, 3)
heapq.heappushpop(heap, 0)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_recorded_is_true(name: str) -> None:
    recording = record(PROGRAMS[name], is_audited=True)

    assert recording.outcome.exception is None
