"""Tests for calcharo_vm/recording/output.py."""

import contextlib
import io
import sys
from pathlib import Path

import pytest

from calcharo_vm.recording.output import OutputCapture, captured_stream


class Texts(list[tuple[str, bool]]):
    def __call__(self, text: str, *, is_error: bool) -> None:
        self.append((text, is_error))


def test_both_streams_are_told_of_in_order() -> None:
    texts = Texts()
    with OutputCapture(texts, is_forwarded=False):
        sys.stdout.write("a")
        print("b", file=sys.stderr)
        sys.stdout.buffer.write("é".encode())

    assert [("a", False), ("b", True), ("\n", True), ("é", False)] == texts


def test_streams_are_put_back() -> None:
    before = sys.stdout, sys.stderr
    with pytest.raises(KeyError), OutputCapture(Texts()):
        raise KeyError

    assert before == (sys.stdout, sys.stderr)


def test_what_is_written_reaches_the_real_stream() -> None:
    real = io.StringIO()
    with contextlib.redirect_stdout(real), OutputCapture(Texts()):
        print("through")

    assert "through\n" == real.getvalue()


def test_real_files(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="latin-1", errors="replace") as real:
        texts: list[str] = []
        stream = captured_stream(real, texts.append)
        stream.write("é€")
        stream.flush()

        assert ("latin-1", "replace", real.fileno(), real.name) == (
            stream.encoding, stream.errors, stream.fileno(), stream.name,
        )  # fmt: skip
        assert not stream.isatty()
        assert stream.writable()
        assert real.buffer.raw is stream.buffer.raw  # type: ignore[attr-defined]
    assert ["é?"] == texts
    assert b"\xe9?" == (tmp_path / "out").read_bytes()
    stream.flush()


def test_nobody_to_hand_on_to() -> None:
    stream = captured_stream(None, lambda _text: None)

    assert "<captured>" == stream.name
    assert not stream.isatty()
    with pytest.raises(io.UnsupportedOperation):
        stream.fileno()


def test_incomplete_characters_wait() -> None:
    texts: list[str] = []
    real = io.StringIO()
    stream = captured_stream(real, texts.append)
    for byte in "é".encode():
        stream.buffer.write(bytes([byte]))

    assert ["é"] == texts
    assert "é" == real.getvalue()


def test_a_closed_stream_refuses() -> None:
    stream = captured_stream(None, lambda _text: None)
    buffer = stream.buffer
    stream.close()

    with pytest.raises(ValueError, match="closed"):
        stream.write("x")
    with pytest.raises(ValueError, match="closed"):
        buffer.write(b"x")


def test_what_is_diverted_is_neither_told_nor_handed_on() -> None:
    texts: list[str] = []
    real, taken = io.StringIO(), bytearray()

    def diverted(data: bytes) -> bool:
        taken.extend(data)
        return data.startswith(b"mine")

    stream = captured_stream(real, texts.append, diverted)
    stream.write("mine\n")
    stream.write("yours\n")

    assert (texts, real.getvalue(), bytes(taken)) == (["yours\n"], "yours\n", b"mine\nyours\n")
