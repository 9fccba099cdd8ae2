"""Tests for calcharo_vm/recording/json_format/reading.py and chunks.py: what is damaged or foreign is refused."""

import io
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording import Recording, journal, ops
from calcharo_vm.recording.inputs import Input
from tests.recording.audit import record
from tests.recording.test_json_format import PROPERTIES, through_json
from tests.recording.test_keyframes import OFTEN

SOURCE = "x = [1]\nfor i in range(9): x.append('long' * 99 + str(i)); print(i)\nx.append(b'long' * 99)\n"


def good_text() -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ops, "CHUNK_STEPS", OFTEN)
        patch.setattr(journal, "_LEAST_STEPS", OFTEN)
        patch.setattr(journal, "_WORDS_A_STEP", 1 << 60)
        return record(SOURCE).to_json() or ""


GOOD = good_text()


def test_the_keys_may_come_in_any_order_with_any_white_space() -> None:
    document = json.loads(GOOD)
    turned = {key: document[key] for key in reversed(document)}
    turned["chunks"] = [{key: chunk[key] for key in reversed(chunk)} for chunk in document["chunks"]]

    assert GOOD == Recording.from_json(json.dumps(turned, indent="\t")).to_json()
    assert GOOD == Recording.from_json(" \r\n" + json.dumps(document)).to_json()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "the text is not JSON"),
        ("", "the text is not JSON"),
        ("[" * 100_000, "the text is not JSON"),
        ("[]", "but no recording"),
        ("{}", "but no recording"),
        ('{"version": 2}', "but no recording"),
        ('{"glossary": {}}', 'but no recording: it has a key "glossary"'),
        ('{"format": "other"}', "but no recording"),
        ('{"format": "calcharo-recording", "version": 1}', "of version 1, and this release reads version 2"),
        ('{"format": "calcharo-recording", "version": true}', "of version True, and this release reads version 2"),
        ('{"format": "calcharo-recording", "version": 2}', "damaged recording .* there is no 'python'"),
        ('{"format": "calcharo-recording", "format": 2}', "for the second time"),
        ('{"format": "calcharo-recording", "more": 2}', 'in "more": this release does not know'),
    ],
)
def test_what_is_no_recording(text: str, message: str) -> None:
    with pytest.raises(RecordingFormatError, match=message):
        Recording.from_json(text)


def test_expanded_recordings_are_for_others() -> None:
    with pytest.raises(RecordingFormatError, match="is an expanded recording, which other programs read"):
        Recording.from_json(record("x = 1").to_json(expanded=True) or "")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"status":"completed"', '"status":"unheard"', 'in "outcome": .*status'),
        ('"slots":[]', '"slots":7', 'in "codes": '),
        ('"first_line":1', '"first_line":"1"', 'in "codes": '),
        ('"isolation":["none"]', '"isolation":[1]', 'in "isolation": '),
        ('"sources":[]', '"sources":[["a"]]', 'in "sources": '),
        ('"inputs":[]', '"inputs":[["stdin",[],0]]', 'in "inputs": '),
        ('"first":24,', '"first":25,', 'chunk 1, from step 24 on: "first" is 25'),
        ('"first":24,', '"more":24,', "chunk 1, from step 24 on: a chunk has"),
        ('"first":24,', '"first":24.0,', 'chunk 1, from step 24 on: "first" is 24.0'),
        ('"steps":[\n[', '"steps":[\n7,[', "chunk 0, from step 0 on: step 0: 7 is no list"),
        ('"steps":[\n[', '"steps":[\n[],[', "step 0: its words are not those of one step"),
        ('"steps":[\n[', '"steps":[\n[64,64],[', "step 0: its words are not those of one step"),
        ('"steps":[\n[', '"steps":[\n[64],[63,64],[', "step 1: 63"),
        ('"steps":[\n[', '"steps":[\n[64],[16],[', "step 1: its words are not those of one step"),
        ('"keyframe":[', '"texts":7,"keyframe":[', "chunk 1, from step 24 on: "),
        ('"keyframe":[', '"keyframe":[[],', "chunk 1, from step 24 on: \\[\\] is no value"),
        ('{"first":0,', '{"first":0,"keyframe":[],', "chunk 0, .* there is no place for a keyframe here"),
        ('"list"', "[1]", "step [0-9]+: \\[1\\] is no value"),
        ('"list"', '{"unheard":1}', "{'unheard': 1} is no value"),
        ('"list"', '{"ref":1,"int":"0x1"}', "is no value"),
        ('"list"', '{"constant":"unheard"}', "is no value"),
        ('"list"', "{}", "{} is no value"),
        ('"texts":[[0,', '"texts":[["x",', "'x' is no number of a text"),
        ('"texts":[[0,', '"texts":[[0,7,', "7 is no text"),
        ('"texts":[[0,', '"texts":[[0,{"bytes":""},', "chunk"),
        ('"texts":[[0,', '"texts":[[7],[0,', "chunk [0-9]+, from step [0-9]+ on: 7"),
        ('"texts":[', '"texts":7,"first":[', '"first" is'),
        ('{"text":[0,', '{"text":["0",', "'0' is no number of a text"),
        ('{"text":[0,', '{"text":[99,', "the chunk has no text 99"),
        ('{"text":[0,', '{"text":[0,"7"]},{"text":[0,', "'7' is no length of a text"),
        ('{"text":[0,', '{"text":[0,9', "text 0 is shorter than 9"),
        ('"python"', '"chunks":7,"python"', "not JSON .*should be here"),
    ],
)
def test_what_is_damaged(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RecordingFormatError, match=message.replace("\\\\", "\\")) as caught:
        Recording.from_json(GOOD.replace(old, new, 1))

    assert re.search(r"line \d+, column \d+", str(caught.value))


def test_a_keyframe_is_needed_once() -> None:
    document = json.loads(GOOD)
    document["chunks"][1:1] = [{**document["chunks"][1], "steps": []}]
    with pytest.raises(RecordingFormatError, match="chunk 2, from step 24 on: there is no place for a keyframe"):
        Recording.from_json(json.dumps(document))


def test_inputs_come_back() -> None:
    document = json.loads(GOOD)
    document["inputs"] = [["stdin", {"bytes": "YQ=="}, 0], ["time.time", 1.5, 3]]

    assert (Input("stdin", b"a", 0), Input("time.time", 1.5, 3)) == Recording.from_json(json.dumps(document)).inputs


def test_a_last_step_that_is_too_much() -> None:
    document = json.loads(GOOD)
    document["chunks"][-1]["steps"][-1] += [64]
    with pytest.raises(RecordingFormatError, match="its words are not those of one step"):
        Recording.from_json(json.dumps(document))


def test_the_last_step_may_not_be_complete() -> None:
    document = json.loads(GOOD)
    document["chunks"] = document["chunks"][:2]
    document["chunks"][1]["steps"][-1].pop()
    recording = Recording.from_json(json.dumps(document))

    assert len(recording) == OFTEN + len(document["chunks"][1]["steps"]) - 1
    assert recording.to_json() == through_json(recording).to_json()
    assert recording[-1].variables_state


@pytest.mark.parametrize(("table", "message"), [("instructions", "no instruction"), ("codes", "no code 0")])
def test_tables_that_lack_what_is_referred_to(table: str, message: str) -> None:
    document = json.loads(GOOD)
    document[table] = []
    with pytest.raises(RecordingFormatError, match=message):
        Recording.from_json(json.dumps(document))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingFormatError, match="cannot be read as a recording"):
        Recording.from_json(tmp_path / "nothing.json")
    with pytest.raises(RecordingFormatError, match="cannot be read as a recording"):
        Recording.from_json("nothing\0")
    with pytest.raises(RecordingFormatError, match="cannot be read as a recording"):
        Recording.from_json(tmp_path)


def test_files_that_are_not_text(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(RecordingFormatError, match="is not text"):
        Recording.from_json(tmp_path / "binary.json")


def test_files_are_closed(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(GOOD)
    (tmp_path / "cut.json").write_text(GOOD[:1000])

    assert len(Recording.from_json(tmp_path / "run.json"))
    with pytest.raises(RecordingFormatError, match="is not JSON"):
        Recording.from_json(tmp_path / "cut.json")


def read_all(text: str) -> None:
    """Reads a document that may be damaged, and all there is to see."""
    with suppress(RecordingFormatError):
        recording = Recording.from_json(io.StringIO(text))
        for step in recording:
            for name in PROPERTIES:
                getattr(step, name)


class TestAnyDamage:
    @given(st.integers(0, len(GOOD) - 1))
    def test_a_document_that_is_cut(self, end: int) -> None:
        with pytest.raises(RecordingFormatError, match="is not JSON \\(line"):
            Recording.from_json(io.StringIO(GOOD[:end].rstrip()[:-1]))

    @given(st.data())
    def test_characters_that_are_others(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(GOOD) - 1))
        end = data.draw(st.integers(at, min(len(GOOD), at + 30)))
        read_all(GOOD[:at] + data.draw(st.text('0123456789[]{}",: abnul', max_size=6)) + GOOD[end:])

    @given(st.data())
    def test_values_that_are_others(self, data: st.DataObject) -> None:
        document = json.loads(GOOD)
        parts: list[tuple[dict[object, object] | list[object], object]] = []
        waiting: list[object] = [document]
        while waiting:
            found = waiting.pop()
            inner = dict(enumerate(found)) if isinstance(found, list) else found if isinstance(found, dict) else {}
            assert isinstance(found, list | dict) or not inner
            parts += [(found, key) for key in inner]  # type: ignore[misc] # as the line above says
            waiting += inner.values()
        holder, key = data.draw(st.sampled_from(parts))
        other, of = data.draw(st.sampled_from(parts))
        small = st.none() | st.integers(-3, 70) | st.floats() | st.text(max_size=2) | st.booleans()
        holder[key] = data.draw(small | st.just(other[of]))  # type: ignore[call-overload]
        try:
            text = json.dumps(document)
        except (RecursionError, ValueError):  # it would contain itself
            return
        read_all(text)

    @given(st.binary(max_size=4), st.integers(0, len(GOOD) - 1))
    def test_bytes_that_are_others(self, found: bytes, at: int) -> None:
        data = bytearray(GOOD.encode())
        data[at : at + len(found)] = found
        file = io.TextIOWrapper(io.BytesIO(bytes(data)), encoding="utf-8")
        with suppress(RecordingFormatError), file:
            Recording.from_json(file)
