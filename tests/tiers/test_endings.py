"""Tests for calcharo_vm/tiers/compiled/endings.py: objects of whose end somebody could tell are left to handlers."""

import weakref
from collections.abc import Callable

import pytest

from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.identity import Shade
from calcharo_vm.recording.shadow import Shadow
from calcharo_vm.tiers.compiled.endings import Endings
from tests.tiers.comparing import difference

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

PROGRAM = """
import weakref
class Noisy:
    def __init__(self, n): self.n = n
    def __del__(self): gone.append(self.n)
class Thing:
    def __init__(self, part): self.part = part
gone = []
def function(n, held):
    def inner(): return held
    return n
def attribute(n, held):
    def inner(): return n
    inner.kept = held
    return n
def default(n, held):
    return (lambda a=held: n)()
def instance(n, held):
    thing = Thing(held)
    thing = Thing([n])
    return n
def iterated(n, held):
    for each in [held, n]: last = each
    return n
def watched(n, held):
    thing, inner = Thing(n), lambda: n
    references = weakref.ref(thing, gone.append), weakref.ref(inner, gone.append)
    thing = inner = None
    return len(references)
def linked(n, held):
    thing = Thing(None)
    thing.part = Thing((thing, held))
    thing.part = {n: held}
    return vars(thing)
for n in range(30):
    for each in (function, attribute, default, instance, iterated, watched, linked):
        each(n, Noisy(n) if n % 5 == 4 else [n])
    print(len(gone))
"""


def test_what_tells_of_its_end_does_so_where_the_interpreter_says() -> None:
    assert not difference(PROGRAM)


def _function(held: object) -> Callable[[], object]:
    return lambda: held


@pytest.fixture
def shadow() -> Shadow:
    return Shadow([], NULL, lambda: 0)


def _goes(shadow: Shadow, value: object) -> bool:
    shade = shadow.hold(value)
    assert type(shade) is Shade
    goes = Endings(shadow).goes_unseen(shade, value)
    shadow.release(shade)
    return goes


def test_plain_objects_go_unseen(shadow: Shadow) -> None:
    shadow.know_namespace(globals())
    shadow.hold(globals())

    for value in ((1, "a"), [1, [2, (3,)]], {"a": [1]}, _function([1]), iter([1]), {1, 2}):
        assert _goes(shadow, value)


def test_what_is_referred_to_weakly_does_not(shadow: Shadow) -> None:
    shadow.know_namespace(globals())
    shadow.hold(globals())
    function = _function(1)
    reference = weakref.ref(function)

    assert not _goes(shadow, function)
    assert reference() is function


def test_what_holds_something_unknown_does_not(shadow: Shadow) -> None:
    shadow.know_namespace(globals())
    shadow.hold(globals())
    function = _function(1)
    function.kept = object()  # type: ignore[attr-defined] # it is for this

    assert not _goes(shadow, function)


def test_what_something_else_holds_stays(shadow: Shadow) -> None:
    function = _function(1)
    reference = weakref.ref(function)
    items = [function, function]

    assert not _goes(shadow, items)
    shadow.hold(function)
    assert _goes(shadow, items)
    assert reference() is function


def test_much_at_once_is_left_to_a_handler(shadow: Shadow) -> None:
    assert not _goes(shadow, [[n] for n in range(99)])
