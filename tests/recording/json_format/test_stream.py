"""Tests for calcharo_vm/recording/json_format/stream.py: any JSON is read in any pieces, and errors say where."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording.json_format import stream
from calcharo_vm.recording.json_format.stream import JsonStream

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
)


@contextmanager
def pieces(text: str, size: int) -> Iterator[JsonStream]:
    """Reads a text a few characters at a time at first, which a file gives one by one."""
    file = io.StringIO(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "_READ", size)
        yield JsonStream("x", read=lambda _size: file.read(1))


def everything(source: JsonStream) -> object:
    """The document that a stream has, taken apart as far as objects and arrays go."""
    match source.peek():
        case "{":
            return {key: everything(source) for key in source.entries()}
        case "[":
            return [everything(source) for _ in source.elements()]
        case _:
            return source.value()


@given(values, st.integers(1, 9), st.sampled_from([None, 1, "\t"]))
def test_values_in_pieces_of_any_size(value: object, size: int, indent: int | str | None) -> None:
    text = json.dumps(value, indent=indent)
    expected = json.loads(text)  # of two keys that are the same, the last counts

    with pieces(text, size) as source:
        assert expected == source.value()
    with pieces(f" {text}\n", size) as source:
        assert expected == everything(source)
        source.end()


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_numbers_are_whole(size: int) -> None:
    with pieces("[-12.5e+10, 123456, 1.25, true , -0.0]", size) as source:
        assert [-12.5e10, 123456, 1.25, True, -0.0] == [source.value() for _ in source.elements()]
        assert not source.peek()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, column 1"),
        ("[1,\n 2 3]", "line 2, column 4: ',' should be here"),
        ("[1, 2", "line 1, column 6: ',' should be here"),
        ("[1, ]", "line 1, column"),
        ("[\n{}]", "line 2, column 1: it is no number"),
        ('[\n\n"open]', "line 3, column 1: Unterminated"),
        ("[nul]", "line 1, column 2: Expecting value"),
        ("[NaN]", "line 1, column 2: NaN is no JSON"),
        ("[-Infinity]", "line 1, column 2: -Infinity is no JSON"),
        ("[" + "1" * 5000 + "]", "line 1, column 2: Exceeds the limit"),
        ("[" + "[" * 100_000, "nested too deeply"),
        ('["a\nb"]', "line 1, column 4: Invalid control character"),
        ("{1: 2}", "line 1, column 2: a key should be here"),
        ('{"a" 2}', "line 1, column 6: ':' should be here"),
        ('{"a": 2,}', "line 1, column 9: a key should be here"),
        ("[1] 2", "line 1, column 5: more follows"),
    ],
)
@pytest.mark.parametrize("size", [0, 1, 3])
def test_errors_say_where(text: str, where: str, size: int) -> None:
    with pytest.raises(RecordingFormatError) as caught, pieces(text, size or 1) as source:
        take_numbers(source if size else JsonStream("x", text))

    assert str(caught.value).startswith(("x is not JSON (line ", "x is a damaged recording (line "))
    assert where in str(caught.value)


def take_numbers(source: JsonStream) -> None:
    if source.peek() == "{":
        for _ in source.entries():
            source.value()
    else:
        for _ in source.elements():
            if not isinstance(source.value(), int):
                raise source.error("it is no number")
    source.end()


def test_what_is_wrong_is_found_before_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_READ", 100)
    file = io.StringIO("[1, 2, nil, " + "3, " * 100_000)
    source = JsonStream("x", read=file.read)
    with pytest.raises(RecordingFormatError, match="column 8"):
        take_numbers(source)

    assert file.tell() == 100


def test_a_value_that_is_larger_than_what_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_READ", 10)
    text = "a" * 100_000
    asked: list[int] = []
    file = io.StringIO(json.dumps([text, [text]]))

    def read(size: int) -> str:
        asked.append(size)
        return file.read(size)

    source = JsonStream("x", read=read)

    assert [text, [text]] == [source.value() for _ in source.elements()]
    assert len(asked) < 40


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "x is not text \\(invalid start byte"),
        (OSError("no more"), "x cannot be read as a recording \\(no more"),
        (ValueError("I/O operation on closed file."), "closed file"),
    ],
)
def test_files_that_cannot_be_read(error: Exception, message: str) -> None:
    def read(_size: int) -> str:
        raise error

    with pytest.raises(RecordingFormatError, match=message):
        JsonStream("x", read=read).peek()


def test_files_that_are_not_text() -> None:
    with pytest.raises(RecordingFormatError, match="open it as a text file"):
        JsonStream("x", read=io.BytesIO(b"[]").read).peek()  # type: ignore[arg-type] # that is the point
