"""Tests for calcharo_vm/recording/adapters.py: types that a user teaches the recorder, and objects that fight back."""

import collections
import struct
from collections.abc import Iterator

import pytest

from calcharo_vm.errors import ConfigurationError
from calcharo_vm.recording import Content, ObjectSnapshot, Recorder, Ref, register_adapter, unregister_adapter
from calcharo_vm.recording.adapters import Adapter, Adapters, nearest_adapter
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.natives import effect_of
from tests.recording.audit import record


@pytest.fixture
def forgotten() -> Iterator[None]:
    yield
    unregister_adapter(struct.Struct)
    unregister_adapter("json.decoder.JSONDecoder")
    unregister_adapter("nowhere.Nothing")


def value_of(source: str) -> ObjectSnapshot:
    value = record(source)[-1].variables_state["x"]
    assert isinstance(value, ObjectSnapshot)
    return value


@pytest.mark.usefixtures("forgotten")
class TestRegistration:
    def test_a_type(self) -> None:
        @register_adapter(struct.Struct)
        def read(value: struct.Struct) -> Content:
            return Content(items=[value.size], fields={"format": value.format}, text="t" * 500)

        found = value_of("import struct\nx = struct.Struct('>i')")

        assert (">i", [4]) == (found.attributes["format"], found.value)
        assert "t" * 200 == found.text
        assert callable(read)

    def test_an_attribute_that_is_not_there_is_left_out(self) -> None:
        assert {} == value_of("import fractions\nx = object.__new__(fractions.Fraction)").attributes

    def test_a_name_whose_module_is_not_imported(self) -> None:
        register_adapter(
            "json.decoder.JSONDecoder", lambda decoder: Content(fields={"strict": vars(decoder)["strict"]})
        )
        register_adapter("nowhere.Nothing", lambda _value: Content())

        assert {"strict": False} == value_of("import json\nx = json.JSONDecoder(strict=False)").attributes

    def test_a_subclass_of_the_program_has_its_attributes_too(self) -> None:
        source = "import datetime\nclass Day(datetime.date): pass\nx = Day(2024, 1, 2)\nx.note = 'n'"

        assert {"year": 2024, "month": 1, "day": 2, "note": "n"} == value_of(source).attributes

    @pytest.mark.parametrize(
        ("read", "message"),
        [
            (lambda value: value.nothing, "it raised AttributeError"),
            (lambda _value: [1], "it gave a list"),
        ],
    )
    def test_an_adapter_that_is_wrong(self, read: Adapter, message: str) -> None:
        register_adapter(struct.Struct, read)

        assert message in value_of("import struct\nx = struct.Struct('>i')").text

    @pytest.mark.parametrize("given", [1, "ndarray", None])
    def test_what_is_no_type(self, given: object) -> None:
        with pytest.raises(ConfigurationError, match="pass a type, or its full name"):
            register_adapter(given)  # type: ignore[arg-type]

    def test_changes_are_found_after_native_calls(self) -> None:
        register_adapter("array.array", lambda value: Content(items=[len(value)]))
        try:
            recording = record("from array import array\nx = array('i'); x.append(1); x.append(2)")
        finally:
            unregister_adapter("array.array")
            from calcharo_vm.recording import standard_types
            from calcharo_vm.recording.adapters import register_name
            from calcharo_vm.recording.values import HeapKind

            register_name("array.array", HeapKind.NATIVE, standard_types._BY_NAME["array.array"])
        values = [step.variables_state["x"] for step in recording if "x" in step.variables_state]

        assert [[0], [1], [2]] == unique([each.value for each in values if isinstance(each, ObjectSnapshot)])


def unique(values: list[object]) -> list[object]:
    return [value for at, value in enumerate(values) if value not in values[:at]]


HOSTILE = """
import collections, datetime, enum, weakref
def shout(*args, **more): print('hostile'); raise SystemError
class Meta(type):
    __instancecheck__ = __subclasscheck__ = __getattribute__ = __repr__ = __eq__ = __hash__ = __call__ = shout
    mro = lambda cls: type.mro(cls)
    __prepare__ = classmethod(lambda *args: {})
    __dict__ = property(shout); __mro__ = property(shout); __name__ = property(shout)
class Base:
    __repr__ = __str__ = __eq__ = __hash__ = __getattr__ = __getattribute__ = __setattr__ = __len__ = shout
    __iter__ = __contains__ = __bool__ = __getitem__ = __call__ = __index__ = __sizeof__ = __reduce__ = shout
    __class__ = property(shout); __dict__ = property(shout); secret = property(shout)
class Hostile(Base, metaclass=Meta): secret2 = property(shout)
made = object.__new__(Base)
class L(list): __iter__ = __getitem__ = __len__ = __eq__ = __reduce__ = __repr__ = shout
class D(dict): items = keys = __iter__ = __getitem__ = __len__ = get = shout
class Q(collections.deque): __iter__ = __len__ = __reduce__ = shout; maxlen = property(shout)
class Day(datetime.date): year = property(shout); __repr__ = __str__ = __format__ = shout
class E(Exception): args = property(shout); __cause__ = property(shout); __str__ = shout; __dict__ = property(shout)
class N(collections.namedtuple('N', 'a b')): a = property(shout); __getitem__ = __iter__ = shout
class R(weakref.ref): __call__ = __eq__ = __hash__ = shout
class Size(int): __repr__ = __int__ = __index__ = __eq__ = __hash__ = shout
class Zone(datetime.tzinfo): __repr__ = utcoffset = tzname = shout
class Shouting: pass
target = Shouting()
held = [made, L([1]), D(a=1), Q([1], 2), Day(2024, 1, 1), N(1, 2), R(target), Size(3), [Hostile]]
when = datetime.time(1, tzinfo=Zone())
try: raise E(1)
except E as error: kept = error
numbers = iter([made]); counted = enumerate(held); next(counted); zipped = zip(held, numbers); mapped = map(shout, held)
fake = type('date', (), {'__module__': 'datetime', 'year': property(shout), '__repr__': shout})()
local = len([held])
del numbers, zipped
"""


def test_no_method_of_the_program_is_called() -> None:
    recording = record(HOSTILE, is_audited=True)

    assert "completed" == recording.outcome.status, recording.outcome.exception
    assert "" == recording.stdout
    step = recording[-1]
    values = step.variables_state
    kept = values["kept"]
    assert isinstance(kept, ObjectSnapshot)
    assert ("E", (1,)) == (kept.type_name, kept.value)
    assert [[1], {"a": 1}] == values["held"][1:3]  # type: ignore[index]
    for each in step.heap.values():
        assert step.heap.referrers(each.oid) is not None
    assert isinstance(step.call_stack[0].references["fake"], Ref)
    assert step.heap_bytes > 0


def test_a_recording_may_have_adapters_of_its_own() -> None:
    def by_type(_value: object) -> Content:
        return Content(text="by type")

    def by_name(_value: object) -> Content:
        return Content(text="by name")

    own = Adapters({struct.Struct: by_type, "collections.Counter": by_name})

    def is_ours(cls: type) -> bool:
        return cls.__module__ == __name__

    found = [nearest_adapter(cls, is_ours=is_ours, own=own) for cls in (struct.Struct, collections.Counter, Mine, int)]
    assert [each and each.read for each in found] == [by_type, by_name, None, None]
    nameless = type("Counter", (), {"__module__": 5})
    assert nearest_adapter(nameless, is_ours=is_ours, own=own) is None


class Mine:
    pass


def test_what_functions_do_may_be_told() -> None:
    recorder = Recorder(None)
    recorder.effects.know_besides({struct.calcsize: Effect.FIRST})
    found = [effect_of(each, recorder.shadow.anatomy) for each in (struct.calcsize, len)]
    recorder.finish()

    assert found == [Effect.FIRST, Effect.NONE]
