"""Tests for calcharo_vm/recording/json_format/ and its schema: JSON brings back every property of every step."""

import io
import json
import struct
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import calcharo_vm.recording
from calcharo_vm.errors import RecordingError
from calcharo_vm.recording import ExceptionSnapshot, ExecutionStep, Outcome, Recording, same_plain
from tests.recording.audit import record

SCHEMA = Path(calcharo_vm.recording.__file__).parent / "schema" / "recording-2.json"
PROPERTIES = [name for name, value in vars(ExecutionStep).items() if isinstance(value, property) and name[0] != "_"]

PROGRAM = """
import sys
values = [float('nan'), float('inf'), -0.0, 1 << 9000, -(1 << 60), b'\\xff', 1j, complex(float('nan'), -0.0),

          '\\ud83d\\ude00',          '\U0001f600', ..., NotImplemented, None, True,
          {1: 2, (3,): [4]}, {5, 'six'}, frozenset(), range(3)]
values.append(values)
class Thing:
    def __init__(self, x): self.x, self.me = x, self
thing = Thing({values[5]: values})
def f(n, *rest):
    return n and f(n - 1)
f(2)
print('out'); print('err\\ud800', file=sys.stderr) if False else None
print('error', file=sys.stderr)
try: {}['k']
except KeyError: pass
raise ValueError('\\udcff', thing)
"""


def through_json(recording: Recording) -> Recording:
    text = recording.to_json()
    assert text is not None
    return Recording.from_json(text)


class TestRoundTrip:
    recording = record(PROGRAM)

    def test_every_property_of_every_step(self) -> None:
        again = through_json(self.recording)

        assert len(self.recording) == len(again)
        for step, other in zip(self.recording, again, strict=True):
            for name in PROPERTIES:
                ours, theirs = getattr(step, name), getattr(other, name)
                assert ours == theirs or same_plain(plain(ours), plain(theirs)), (step, name)

    def test_the_rest(self) -> None:
        recording = Recording(
            self.recording.journal,
            Outcome("limit", ExceptionSnapshot("E", "\udcff", "text"), "steps", 1),
            "source \ud800",
            ("worker", "seccomp"),
        )
        again = through_json(recording)

        assert (recording.outcome, recording.source, recording.isolation) == (
            again.outcome,
            again.source,
            again.isolation,
        )
        assert (recording.stdout, recording.stderr) == (again.stdout, again.stderr)
        assert recording.journal.python == again.journal.python
        assert recording.to_json() == again.to_json()

    def test_it_follows_its_schema(self) -> None:
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)

        jsonschema.validate(json.loads(self.recording.to_json() or ""), schema)

    def test_files(self, tmp_path: Path) -> None:
        path = tmp_path / "run.json"
        file = io.StringIO()

        assert self.recording.to_json(path) is None
        assert self.recording.to_json(file) is None
        assert path.read_text(encoding="utf-8") == file.getvalue() == self.recording.to_json()
        assert (
            len(self.recording)
            == len(Recording.from_json(str(path)))
            == len(Recording.from_json(io.StringIO(file.getvalue())))
        )
        self.recording.save(tmp_path / "again.json")
        assert len(self.recording) == len(Recording.open(tmp_path / "again.json"))

    def test_writing_what_was_read_gives_the_same_text(self) -> None:
        assert self.recording.to_json() == through_json(self.recording).to_json()

    def test_an_empty_recording(self) -> None:
        from calcharo_vm.recording import Recorder

        empty = Recording(Recorder(object()).finish(), Outcome("crashed"))

        assert 0 == len(through_json(empty)) == len(empty)
        assert 0 == len(json.loads(empty.to_json(expanded=True) or "")["steps"])

    def test_suffixes_name_formats(self, tmp_path: Path) -> None:
        with pytest.raises(RecordingError, match="does not say its format"):
            self.recording.save(tmp_path / "run.pdf")


def plain(value: object) -> object:
    """A property's value as same_plain compares them: attrs values become tuples."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    fields = getattr(type(value), "__attrs_attrs__", None)
    if fields is None or isinstance(value, calcharo_vm.recording.ObjectSnapshot):
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        return value
    return tuple(plain(getattr(value, field.name)) for field in fields)


_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(width=64) | st.text(st.characters(), max_size=9)
    | st.binary(max_size=9) | st.complex_numbers() | st.sampled_from([..., NotImplemented, "\ud83d\ude00", "\udcff"])
    | st.integers().map(lambda number: number << 2000) | st.integers(1, 3).map(lambda count: "long" * 99 * count)
)  # fmt: skip
_keys = _scalars | st.tuples(_scalars) | st.frozensets(_scalars, max_size=3)
_values = st.recursive(
    _scalars | st.integers(0, 9).map(range) | st.builds(slice, _scalars, _scalars),
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(_keys, inner, max_size=4)
        | st.sets(_keys, max_size=4) | st.binary(max_size=4).map(bytearray)
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(_values, min_size=1, max_size=4))
def test_values_come_back_as_they_were(values: list[object]) -> None:
    recording = record("kept = list(x)\nx.append(x)\ny = {'x': x}\n", names={"x": values})
    again = through_json(recording)

    for at in (4, -1):
        assert same_plain(recording[at].variables_state, again[at].variables_state)
        ours, theirs = recording[at].heap, again[at].heap
        assert [bits(each.items) for each in ours.values()] == [bits(each.items) for each in theirs.values()]
        assert [each.kind for each in ours.values()] == [each.kind for each in theirs.values()]


def bits(value: object) -> object:
    """A value that equals another only when it is the very same, also among floating point numbers."""
    match value:
        case tuple():
            return tuple(map(bits, value))
        case float():
            return struct.pack(">d", value)
        case complex():
            return bits((value.real, value.imag))
        case _:
            return type(value), value
