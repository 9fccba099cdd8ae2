"""Tests for calcharo_vm/recording/library.py: what is known of the library's functions, and that it is true."""

import collections
import contextlib
import enum
import functools
import heapq
import importlib
import inspect
import random
import statistics
import textwrap
from collections.abc import Callable, Generator
from types import FunctionType

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.recording.anatomy import Anatomy
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.library import _EFFECTS, effect_of_library, is_pure_generator
from calcharo_vm.recording.natives import effect_of
from tests.recording.audit import record


@contextlib.contextmanager
def managed() -> Generator[int]:
    yield 1


Point = collections.namedtuple("Point", "x y")  # noqa: PYI024 - it is this function's that is looked at
KNOWN: list[tuple[Callable[..., object], Effect]] = [  # type: ignore[explicit-any]
    (random.randint, Effect.READS),
    (random.shuffle, Effect.REORDERS),
    (statistics.mean, Effect.CONSUMES),
    (heapq.nlargest, Effect.CONSUMES),
    (heapq.merge, Effect.NONE),  # which only makes a generator
    (textwrap.wrap, Effect.NONE),
    (functools.reduce, Effect.CONSUMES),
    (managed().__enter__, Effect.MANAGES),
    (managed, Effect.NONE),
    (contextlib.contextmanager(print), Effect.RUNS_CODE),  # type: ignore[arg-type]
    (Point._make, Effect.CONSUMES),
    (Point(1, 2)._replace, Effect.NONE),
    (contextlib.closing.__exit__, Effect.RUNS_CODE),
]


@pytest.mark.parametrize(
    ("called", "effect"), KNOWN, ids=lambda value: getattr(value, "__qualname__", value.__class__.__name__)
)
def test_the_effect_of(called: object, effect: Effect) -> None:
    assert effect_of(called, Anatomy()) is effect


NEWER = {"Random.binomialvariate", "prefixmatch"}  # of 3.12 and 3.15
MODULES = [
    (module, name) for module, effects in _EFFECTS.items() for names in effects.values() for name in names.split()
]


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, name in MODULES if "<" not in name])
def test_functions_have_the_names_they_are_known_by(module: str, name: str) -> None:
    found: object = importlib.import_module(module)
    for part in name.split("."):
        found = inspect.getattr_static(found, part, None)
        found = getattr(found, "fget", found)

    if found is not None or name not in NEWER:
        assert isinstance(found, FunctionType)
        assert effect_of_library(found) is not None


def test_what_only_bears_a_name_is_unknown() -> None:
    function = FunctionType(compile("def shorten(): pass", "mine.py", "exec").co_consts[0], vars(textwrap))

    assert effect_of_library(function) is None


def test_only_some_generators_are_pure() -> None:
    class Color(enum.Enum):
        RED = 1

    ended = iter(Color)

    assert is_pure_generator(ended)  # type: ignore[arg-type] # it is a generator
    assert list(ended) == [Color.RED]
    assert not is_pure_generator(ended)  # type: ignore[arg-type] # as above
    assert not is_pure_generator(heapq.merge([1], [2]))  # type: ignore[arg-type] # as above


PROGRAMS = {
    "context managers": """
from contextlib import contextmanager, nullcontext, suppress
log = []
@contextmanager
def opened(items, *more, **named):
    log.append(items); items.append('in')
    try: yield more
    except KeyError as error: log.append(error)
    finally: items.append(named)
with opened([1], 2) as found: log.append(found)
with opened([1], 2, k=[3]): raise KeyError([4])
try:
    with opened(log, 2) as found, suppress(ValueError): raise IndexError(log)
except IndexError as error: caught = error
manager = opened([]); held = manager.__enter__(); manager.__exit__(None, None, None)
@contextmanager
def twice():
    yield 1
    yield 2
try:
    with twice(): log.append(1)
except RuntimeError as error: log.append(error)
@opened([5])
def decorated(): log.append('called')
decorated(); decorated()
""",
    "context managers that are not the program's own": """
from contextlib import _GeneratorContextManager, contextmanager
import heapq
class Own(_GeneratorContextManager):
    def __init__(self, *rest):
        super().__init__(*rest)
        self.mine = [1]
def generate(x): yield x
own = Own(generate, ([2],), {})
with own as found: found.append(3)
place = iter([1]); merging = contextmanager(heapq.merge)
with merging(place) as first: pass
items = []; appending = contextmanager(items.append)
try:
    with appending(1): pass
except Exception as error: kept = error
""",
    "random": """
import random
rng = random.Random(3); items = [[1], [2], [3]]; place = iter([5, 6])
random.seed(1); rng.shuffle(items); random.shuffle(items); random.shuffle(x=items)
one = rng.choice(items); more = random.choices(items, k=2); less = random.sample(items, 2); n = rng.randint(1, 6)
from collections import defaultdict
made = defaultdict(list)
try: random.choice(made)
except IndexError: pass
made[0]; made[1]; got = [random.choice(made) for _ in range(3)]
class Loaded(random.Random):
    def random(self): log.append(1); return 0.5
    def getrandbits(self, k): log.append(k); return 0
log = []; loaded = Loaded(); loaded.shuffle(items); loaded.gauss(0, 1); loaded.choice(items); loaded.note = 1
loaded.gauss(0, 1)
class Swapped(list):
    def __setitem__(self, at, value): log.append(at); list.__setitem__(self, at, value)
swapped = Swapped('abc'); random.shuffle(swapped)
""",
    "functions with callbacks": """
import functools, heapq, json, re, statistics
log = []
def add(a, b): log.append((a, b)); return a + b
total = functools.reduce(add, iter([1, 2, 3])); place = iter([1, 2, 3]); n = functools.reduce(add, place, 0)
@functools.lru_cache(maxsize=None)
def fib(n): log.append(n); return n if n < 2 else fib(n - 1) + fib(n - 2)
x = fib(5); fib.cache_info(); fib.cache_clear()
popped = functools.lru_cache(log.pop); popped(); popped()
best = heapq.nlargest(2, [[1], [3], [2]], key=lambda each: log.append(each) or each[0])
p = iter([4, 5]); small = heapq.nsmallest(1, p); p = iter([4, 5]); large = heapq.nlargest(3, p)
text = json.dumps({'a': [1]}, default=log.append); text = json.dumps([{1: object}], default=lambda o: log.append(o))
back = json.loads('{"a": [1]}', object_hook=lambda d: log.append(d) or d); json.dumps([{2}], default=log.append)
sub = re.sub('a', lambda m: log.append(m.group()) or 'b', 'aba'); q = iter([1.0, 2.0]); mean = statistics.mean(q)
half = functools.partial(add, 1); x = half(2); taking = functools.partial(log.append, 3); taking()
key = functools.cmp_to_key(add)
@functools.wraps(add)
def other(*args): return add(*args)
other(1, 2); adding = functools.partial(next, iter([1, 2])); adding()
""",
    "classes of the library": """
import collections, enum, dataclasses, copy
Point = collections.namedtuple('Point', 'x y'); p = Point([1], 2); q = p._replace(y=p); d = p._asdict()
r = Point._make(place := iter([1, 2]))
class Color(enum.Enum):
    RED = 1
    BLUE = [2]
    @enum.property
    def shade(self): seen.append(self); return [self]
seen = []
for color in Color: v = color.value, color.name, color.shade
names = [*Color], list(Color), Color['RED'], Color(1), sorted(Color, key=lambda c: c.name), len(Color)
pairs = dict(zip(Color, 'ab'))
c = collections.Counter('hello'); c.update(it := iter('lo')); c.subtract(c); top = c.most_common(1); c['z']
c['l'] += 1; n = c.total(); c.update(x=3)
class Own(collections.Counter):
    def __getitem__(self, key):
        self.log = key
        return super().get(key, 0)
o = Own('ab'); o.update('bc'); o['z']; o.update(iter('a'))
@dataclasses.dataclass(order=True)
class Item:
    n: int
    tags: list = dataclasses.field(default_factory=list)
i = Item(1); j = dataclasses.replace(i, n=2); i.tags.append([2]); f = dataclasses.fields(i)
a = dataclasses.asdict(j); m = max([i, j]); k = copy.copy(i)
copied = copy.copy([i]); deep = copy.deepcopy([i, j]); place = iter([1]); again = copy.copy(place)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_recorded_is_true(name: str) -> None:
    recording = record(PROGRAMS[name], is_audited=True)

    assert recording.outcome.exception is None


def test_a_context_manager_of_a_generator_needs_no_search() -> None:
    """The `with` statement changes nothing but what the generator's own instructions do, which are recorded."""
    source = """
from contextlib import contextmanager
items = []
@contextmanager
def noted(): items.append(1); yield; items.append(2)
for _ in range(3):
    with noted(): items.append(3)
"""
    recording = execute_and_trace(source, TracerConfig())

    assert recording[-1].variables_state["items"] == [1, 3, 2] * 3
