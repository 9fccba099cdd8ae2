"""Tests for calcharo_vm/recording/json_format.py and the schema: JSON brings back every property of every step."""

import io
import json
import math
import struct
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import calcharo_vm.recording
from calcharo_vm.errors import RecordingError, RecordingFormatError
from calcharo_vm.recording import ExceptionSnapshot, ExecutionStep, Outcome, Recording, same_plain
from calcharo_vm.recording.json_format import _decode, _encode
from tests.recording.audit import record

SCHEMA = Path(calcharo_vm.recording.__file__).parent / "schema" / "recording-1.json"
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

    def test_an_empty_recording(self) -> None:
        from calcharo_vm.recording import Recorder

        empty = Recording(Recorder(object()).finish(), Outcome("crashed"))

        assert 0 == len(through_json(empty)) == len(empty)

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


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(width=64) | st.text(st.characters()) | st.binary()
    | st.complex_numbers() | st.sampled_from([..., NotImplemented]) | st.integers(0).map(range)
)  # fmt: skip


@given(scalars)
def test_words_come_back_as_they_were(word: object) -> None:
    again = _decode(json.loads(json.dumps(_encode(word, None if word is not None else object()))))

    assert type(word) is type(again)
    if isinstance(word, float):
        assert isinstance(again, float)
        assert struct.pack(">d", word) == struct.pack(">d", again) or (math.isnan(word) and math.isnan(again))
    else:
        assert word == again or repr(word) == repr(again)


class TestBadInput:
    good = record("x = [1]").to_json() or ""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "the text is not JSON"),
            ("", "the text is not JSON"),
            ("[" * 100_000, "the text is not JSON"),
            ("[]", "but no recording"),
            ('{"format": "other"}', "but no recording"),
            ('{"format": "calcharo-recording", "version": 2}', "of version 2, and this release reads version 1"),
            ('{"format": "calcharo-recording", "version": 1}', "damaged recording"),
        ],
    )
    def test_what_is_no_recording(self, text: str, message: str) -> None:
        with pytest.raises(RecordingFormatError, match=message):
            Recording.from_json(text)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('"status":"completed"', '"status":"unheard"'),
            ('"slots":[]', '"slots":7'),
            ('"isolation":["none"]', '"isolation":[], "more":1'),
            ('"list"', "[1]"),
            ('"list"', '{"unheard":1}'),
            ('"list"', '{"ref":1,"int":"0x1"}'),
            ('"list"', '{"constant":"unheard"}'),
            ('"list"', "{}"),
        ],
    )
    def test_what_is_damaged(self, old: str, new: str) -> None:
        assert old in self.good
        changed = self.good.replace(old, new)
        if '"more"' in new:
            assert len(Recording.from_json(changed))
            return
        with pytest.raises(RecordingFormatError):
            Recording.from_json(changed)

    @pytest.mark.parametrize(("table", "message"), [("instructions", "no instruction"), ("codes", "no code 0")])
    def test_tables_that_lack_what_is_referred_to(self, table: str, message: str) -> None:
        document = json.loads(self.good)
        document[table] = []
        with pytest.raises(RecordingFormatError, match=message):
            Recording.from_json(json.dumps(document))

    def test_files_that_are_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(RecordingFormatError, match="cannot be read as a recording"):
            Recording.from_json(tmp_path / "nothing.json")
        with pytest.raises(RecordingFormatError, match="cannot be read as a recording"):
            Recording.from_json("nothing\0")

    def test_files_that_are_not_text(self, tmp_path: Path) -> None:
        (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")

        with pytest.raises(RecordingFormatError, match="is not text"):
            Recording.from_json(tmp_path / "binary.json")

    @given(st.data())
    def test_any_damage_is_an_error_of_ours(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.good) - 1))
        end = data.draw(st.integers(at, min(len(self.good), at + 30)))
        text = self.good[:at] + data.draw(st.text('0123456789[]{}",: abnul', max_size=6)) + self.good[end:]
        try:
            recording = Recording.from_json("{" + text[1:])
            for step in recording:
                for name in PROPERTIES:
                    getattr(step, name)
        except RecordingFormatError:
            pass
