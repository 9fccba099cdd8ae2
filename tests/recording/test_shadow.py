"""Tests for calcharo_vm/recording/shadow.py, comparison.py and identity.py: recorded content, compared and written."""

import gc
from collections import deque
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from calcharo_vm import execute_and_trace
from calcharo_vm.recording import ops
from calcharo_vm.recording.identity import Shade, goes_unnoticed, is_plain
from calcharo_vm.recording.shadow import Shadow
from calcharo_vm.recording.values import HeapKind


class Thing:
    pass


class Other:
    pass


@pytest.fixture
def shadow() -> Shadow:
    shadow = Shadow([], object(), lambda: 0)
    shadow.anatomy.guest_modules.add(__name__)
    return shadow


def held(shadow: Shadow, value: object) -> Shade:
    shade = shadow.hold(value)
    assert type(shade) is Shade
    return shade


def written(shadow: Shadow) -> list[object]:
    """What has been written since the last time."""
    words = shadow.log.copy()
    shadow.log.clear()
    return words


@pytest.mark.parametrize("value", [[1, (2,)], {"k": [1]}, {1, 2}, deque([1])])
def test_what_looks_the_same_within_a_step_is_the_same(shadow: Shadow, value: object) -> None:
    shade = held(shadow, value)
    shadow.release(shade)

    assert shadow.hold(value) is shade


def test_what_looks_different_at_an_address_is_another_object(shadow: Shadow) -> None:
    value = [1]
    shade = held(shadow, value)
    shadow.release(shade)
    value.append(2)

    assert held(shadow, value) is not shade
    shadow.purge()
    assert [ops.DROP, shade.token.stop] == written(shadow)[-2:]


def test_what_has_another_type_at_an_address_is_another_object(shadow: Shadow) -> None:
    thing = Thing()
    shade = held(shadow, thing)
    shadow.release(shade)
    thing.__class__ = Other  # type: ignore[assignment]

    assert held(shadow, thing) is not shade


def test_what_is_held_has_gone_when_another_type_is_at_its_address(shadow: Shadow) -> None:
    class Base:
        pass

    class Derived(Base):
        pass

    value = Base()
    shade = held(shadow, value)
    value.__class__ = Derived  # as native code may free what the class of a recorded object held, and use the place
    other = held(shadow, value)

    assert other is not shade
    assert shadow.hold([value]).items == [other]  # type: ignore[attr-defined]
    shadow.release(shade)
    shadow.purge()
    assert [ops.DROP, shade.token.stop] == written(shadow)[-2:]


def test_what_was_taken_for_gone_twice_is_forgotten_once(shadow: Shadow) -> None:
    value = [1]
    shade = held(shadow, value)
    shadow.forget(shade)
    again = held(shadow, value)
    shadow.forget(shade)

    assert shadow.by_id[id(value)] is again
    assert [] == shadow.zeros


def test_what_no_recorded_place_holds_is_not_written(shadow: Shadow) -> None:
    value: list[object] = [1]
    for write in (shadow.appended, shadow.changed):
        write(value)
    shadow.moved_at(value, -1)
    shadow.added({1}, 1)
    shadow.item_stored(value, 0)
    shadow.name_stored({}, "x")
    shadow.attribute_stored(Thing(), "x")
    shadow.attribute_stored(1, "x")

    assert [] == written(shadow)


def test_a_list_that_is_shorter_than_recorded_is_compared(shadow: Shadow) -> None:
    value = [1, 2, 3]
    shade = held(shadow, value)
    written(shadow)
    del value[1:]
    shadow.appended(value)

    assert [ops.ITEMS, shade.token.stop, 1, 3, 0] == written(shadow)
    shadow.appended(value)
    assert [] == written(shadow)


def test_many_items_moved_at_once_are_compared(shadow: Shadow) -> None:
    value = deque([1])
    shade = held(shadow, value)
    written(shadow)
    value.extend([2, 3])
    shadow.moved_at(value, -1)

    assert [ops.ITEMS, shade.token.stop, 1, 1, 2, 2, 3] == written(shadow)


def test_a_set_that_changed_otherwise_is_compared(shadow: Shadow) -> None:
    value = {1}
    shade = held(shadow, value)
    written(shadow)
    value.add(1)
    shadow.added(value, 1)
    assert [] == written(shadow)
    value.clear()
    shadow.added(value, 1)

    assert [ops.TABLE, shade.token.stop, 0] == written(shadow)


def test_storing_the_same_item_writes_nothing(shadow: Shadow) -> None:
    items, table = [1], {"k": 1}
    held(shadow, items)
    held(shadow, table)
    written(shadow)
    shadow.item_stored(items, 0)
    shadow.item_stored(items, 7)  # which raised
    shadow.item_stored(table, "k")
    shadow.item_stored(table, "none")

    assert [] == written(shadow)


def test_names_of_a_module_that_all_modules_have_are_not_written(shadow: Shadow) -> None:
    namespace: dict[str, object] = {"__name__": "m"}
    shadow.see_namespace(namespace).count += 1
    written(shadow)
    shadow.name_stored(namespace, "__doc__")

    assert [] == written(shadow)


def test_names_stored_in_something_else_than_a_plain_dictionary_are_compared(shadow: Shadow) -> None:
    namespace: dict[object, object] = {(1,): 2}
    shade = held(shadow, namespace)
    written(shadow)
    namespace["x"] = 3
    shadow.name_stored(namespace, "x")

    assert [ops.KEY, shade.token.stop, "x", 3] == written(shadow)


def test_a_search_is_not_made_when_steps_have_not_paid_for_it(shadow: Shadow) -> None:
    value = [1]
    held(shadow, value)

    assert shadow.can_afford_a_search()
    shadow._credit = 0
    assert not shadow.can_afford_a_search()


def test_the_dictionary_of_a_class_shows_nothing_once_the_class_does(shadow: Shadow) -> None:
    (dictionary, *_) = gc.get_referents(vars(Thing))
    shade = held(shadow, dictionary)
    kinds = [shade.kind]
    held(shadow, Thing)
    kinds.append(shade.kind)

    assert [HeapKind.DICT, HeapKind.OPAQUE] == kinds
    assert {} == shade.table


def test_a_set_that_a_function_returns_is_the_same_one_in_whatever_order_it_is() -> None:
    source = (
        "def f():\n    s = set()\n    for i in (9, 64, 1, 33, 8): s.add(i)\n    s.add(f)\n    return s\nkept = f()\n"
    )
    recording = execute_and_trace(source)

    assert 1 == len({each.oid for step in recording for each in step.heap.values() if each.kind is HeapKind.SET})


class Frame:
    """Stands for a frame of the machine."""

    def __init__(self, number: int) -> None:
        self.record = SimpleNamespace(number=number)


def test_a_generator_at_the_address_of_another_is_told_by_its_frame(shadow: Shadow) -> None:
    def running(frame: Frame) -> Iterator[Frame]:
        yield frame

    shadow.frame_class = Frame
    generator = running(Frame(3))
    shade = held(shadow, generator)
    shadow.epoch += 1  # the collector has freed something

    assert shadow.hold(generator) is shade
    shade.frame = 2  # as if it were what ran there before
    shadow.epoch += 1
    assert held(shadow, generator) is not shade


def test_an_iterator_at_the_address_of_one_that_is_gone_is_another_one(shadow: Shadow) -> None:
    items = [1, 2]
    iterated, iterator = held(shadow, items), iter(items)
    first = shadow.see_iterator(iterator, None, iterated)
    second = shadow.see_iterator(iterator, first, iterated)

    assert second is not first
    assert shadow.by_id[id(iterator)] is second


def test_an_object_goes_unnoticed_if_nothing_that_can_tell_goes_with_it(shadow: Shadow) -> None:
    thing = Thing()
    pair, twice, numbers, long, table = (thing, 1), (thing, thing), (1, 2), [*range(9)], {"a": 1}
    shades = [held(shadow, each) for each in (pair, twice, numbers, long, table)]

    assert [goes_unnoticed(shade) for shade in shades] == [True, True, True, False, False]
    assert [is_plain(shade) for shade in shades] == [False, False, True, False, False]
    shadow.release_all(shades[0].items)  # from now on only the other holds it
    assert not goes_unnoticed(shades[1])
