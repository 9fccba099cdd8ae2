"""Tests for calcharo_vm/recording/iterating.py: what iterating objects changes, and that it is true."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from calcharo_vm.recording.anatomy import Anatomy
from calcharo_vm.recording.iterating import advanced_with, advances_nothing_else, is_plain_iterable
from tests.recording.audit import record

NUMBERS = [1, 2]
LEADING: dict[str, Callable[[Iterator[int]], object]] = {
    "map": lambda place: map(str, place),
    "filter": lambda place: filter(None, place),
    "zip": lambda place: zip(place, NUMBERS, strict=False),
    "enumerate": lambda place: enumerate(map(str, place)),
    "chain": lambda place: itertools.chain(NUMBERS, place),
    "islice": lambda place: itertools.islice(place, 2),
    "zip_longest": lambda place: itertools.zip_longest(NUMBERS, place),
    "takewhile": lambda place: itertools.takewhile(bool, place),
    "accumulate": itertools.accumulate,
    "cycle": itertools.cycle,
    "starmap": lambda place: itertools.starmap(pow, enumerate(place)),
}


@pytest.mark.parametrize("name", LEADING)
def test_an_iterator_advances_those_that_it_leads_to(name: str) -> None:
    place = iter(NUMBERS)

    found = advanced_with(LEADING[name](place), Anatomy())

    assert found is not None
    assert any(each is place for each in found)


def test_of_others_it_is_not_known() -> None:
    unknown = [
        map(NUMBERS.append, [1]),
        itertools.chain.from_iterable(map(iter, [""])),
        itertools.groupby([1]),
        object(),
    ]

    assert [advanced_with(each, Anatomy()) for each in unknown] == [None] * 4


def test_what_can_be_iterated_again_is_not_advanced() -> None:
    iterables: list[object] = [[], (), {}.values(), range(3), itertools.permutations([1]), "text"]
    for iterable in iterables:
        assert is_plain_iterable(iterable, Anatomy())
        assert advanced_with(iterable, Anatomy()) == []
    assert not advances_nothing_else(zip(map(str, [1]), strict=False), Anatomy())
    assert advances_nothing_else(zip([1], strict=False), Anatomy())


PROGRAMS = {
    "leading iterators": """
import itertools
xs = [[1], [2], [3]]; log = []
place = iter(xs); m = map(str, place)
for x in m: kept = x
place = iter(xs)
for x in itertools.chain([0], place): kept = x
place = iter(xs)
for x in itertools.islice(map(len, place), 2): kept = x
for x, y in itertools.zip_longest(place, iter('ab'), fillvalue=[0]): kept = x
place = iter(xs)
for x in itertools.takewhile(log.append, place): kept = x
place = iter([xs, xs]); pairs = itertools.chain.from_iterable(place)
for x in pairs: kept = x
place = iter(xs)
for x in enumerate(filter(None, map(list, place))): kept = x
for x in itertools.accumulate([1, 2], lambda a, b: log.append(a) or b): kept = x
place = iter([1, 2])
for x in itertools.accumulate(place): kept = x
places = [iter('ab'), iter('cd')]
for x in itertools.chain(*places): kept = x
for x in itertools.chain.from_iterable(iter('xy') for _ in range(2)): kept = x
places = [iter('ab'), iter('cd')]
for x in itertools.chain.from_iterable(each for each in places): kept = x
places = [iter([1, 2]), iter([3, 4]), iter('ab')]
for x in itertools.chain.from_iterable(each for each in places): kept = x
places = [iter([1, 2]), iter([3, 4])]
for x in itertools.chain.from_iterable(iter(places)): kept = x
for x in itertools.product('ab', repeat=2): kept = x
for x in itertools.permutations(xs, 2): kept = x
for x in zip(itertools.count(), itertools.repeat([1], 2)): kept = x
c = itertools.count(5); r = itertools.repeat('x', 3)
for x in c:
    if x > 7: break
for x in r: kept = x
for key, group in itertools.groupby(it := iter('aab')): kept = list(group)
a, b = itertools.tee(it := iter([1, 2])); first = next(a); rest = list(b)
place = iter([1, 2, 3, 4])
for x in itertools.compress(place, selectors := iter([1, 0, 1])): kept = x
place = iter([3, 4])
for x in itertools.starmap(divmod, zip(place, iter([2, 3]))): kept = x
place = iter([1, 2, 3])
for x in itertools.pairwise(place): kept = x
place = iter([1, 2, 3]); cyc = itertools.cycle(place); y = [next(cyc) for _ in range(5)]
place = iter([1, 2, 3]); y = list(itertools.dropwhile(lambda n: log.append(n) or n < 2, place))
place = iter([1, 2, 3]); y = [*itertools.filterfalse(None, place)]
pops = [1, 2, 3]
for x in map(lambda n: pops.pop(), [1]): kept = x
for x in map(pops.__delitem__, [0]): kept = x
for x in filter(pops.append, [0]): kept = x
""",
    "iterators of the program": """
log = []
class Count:
    def __init__(self, n): self.n = n; self.seen = []
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1; self.seen.append(self.n); log.append(self)
        return self.n
for x in Count(2): kept = x
a, b = Count(2); total = sum(Count(3)); items = []; items.extend(Count(2)); items += Count(2); has = 1 in Count(3)
pairs = list(zip(Count(2), counted := Count(3))); m = list(map(str, Count(2))); table = dict(zip('ab', Count(2)))
class Also:
    __iter__ = [4, 5].__iter__
class Indexed:
    def __getitem__(self, at): log.append(at); return [1, 2][at]
class Has:
    def __contains__(self, x): log.append(x); return True
    def __len__(self): log.append('len'); return 2
x = list(Also()); y = list(Indexed()); z = 1 in Indexed(), 3 in Has(); s = sorted(Indexed())
class Sub(list):
    def __iter__(self): log.append('iter'); return super().__iter__()
for x in Sub('ab'): kept = x
it = iter(Sub('abc')); next(it); y = list(it); first, *rest = Sub('xyz')
class Reads:
    def __getitem__(self, key): log.append(key); self.key = key; return key
    def __setitem__(self, key, value): log.append(value)
r = Reads(); r[1]; r[[2]]; r[1:2] = it; r[3] += 1
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_recorded_is_true(name: str) -> None:
    recording = record(PROGRAMS[name], is_audited=True)

    assert recording.outcome.exception is None
