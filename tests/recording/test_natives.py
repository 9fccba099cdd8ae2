"""Tests for calcharo_vm/recording/natives.py: what is known of native functions, and that it is true."""

import operator
import re
from contextlib import closing, suppress
from threading import Lock, RLock

import pytest

from calcharo_vm.recording.anatomy import Anatomy
from calcharo_vm.recording.natives import Effect, effect_of
from tests.recording.audit import record

FOUND = re.match("(a)", "a")
ERROR = ValueError()


class Plain:
    """A class without anything of its own."""


PATTERN = re.compile("a")
EFFECTS = [
    (PATTERN.match, Effect.NONE),
    (PATTERN.findall, Effect.NONE),
    (PATTERN.sub, Effect.CONSUMES),
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
]


@pytest.mark.parametrize(("called", "effect"), EFFECTS, ids=lambda value: re.sub(" at 0x.*", "", str(value)))
def test_the_effect_of(called: object, effect: Effect) -> None:
    assert effect_of(called, Anatomy()) is effect


class Meta(type):
    def __eq__(cls, other: object) -> bool:
        raise AssertionError("asked")

    __hash__ = type.__hash__


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


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_recorded_is_true(name: str) -> None:
    recording = record(PROGRAMS[name], is_audited=True)

    assert recording.outcome.exception is None
