"""Recordings as JSON: a documented, versioned format, described by `schema/recording-1.json`.

The steps are written as the journal has them: what each changed, then the number of its
instruction. They are grouped in chunks, one step a line, so that files can be compared and read.
"""

import base64
import io
import json
import struct
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import cattrs

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.journal import CodeInfo, InstructionInfo, Journal
from calcharo_vm.recording.values import NULL, Outcome

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

FORMAT: Final = "calcharo-recording"
VERSION: Final = 1

_EXACT_IN_JSON: Final = 1 << 53
_CONSTANTS: Final[dict[str, object]] = {"Ellipsis": ..., "NotImplemented": NotImplemented, "NULL": NULL}
_converter = cattrs.Converter(forbid_extra_keys=True)


# --- writing ---------------------------------------------------------------------------------------


def write(recording: "Recording", target: str | PathLike[str] | TextIO | None) -> str | None:
    """Writes a recording to a path or file, or returns it as text."""
    if target is None:
        text = io.StringIO()
        _write_to(recording, text)
        return text.getvalue()
    if isinstance(target, str | PathLike):
        with Path(target).open("w", encoding="utf-8", newline="\n") as file:
            _write_to(recording, file)
    else:
        _write_to(recording, target)
    return None


def _write_to(recording: "Recording", file: TextIO) -> None:
    journal = recording.journal
    head = {
        "format": FORMAT,
        "version": VERSION,
        "python": journal.python,
        "outcome": _converter.unstructure(recording.outcome),
        "isolation": list(recording.isolation),
        "source": recording.source,
        "sources": {name: text for name, text in journal.sources.items() if text != recording.source},
        "codes": [_converter.unstructure(code) for code in journal.codes],
        "instructions": [_converter.unstructure(each) for each in journal.instructions],
        "inputs": [[each.kind, _encode(each.value, journal.null), each.step] for each in recording.inputs],
    }
    encoded = _encode_text(head)
    file.write(encoded[:-1] + ',\n"chunks": [')
    for number, words in enumerate(journal.chunks):
        file.write(",\n[" if number else "\n[")
        for at, step in enumerate(_steps(words)):
            file.write(",\n" if at else "\n")
            file.write(json.dumps([_encode(word, journal.null) for word in step], separators=(",", ":")))
        file.write("\n]")
    file.write("\n]}\n")


def _encode_text(head: dict[str, object]) -> str:
    return json.dumps(_without_surrogates(head), separators=(",", ":"))


def _without_surrogates(value: object) -> object:
    """The same, with strings that JSON cannot keep apart written as words are."""
    if isinstance(value, dict):
        return {key: _without_surrogates(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(part) for part in value]
    return _encode(str(value), None) if isinstance(value, str) else value


def _with_surrogates(value: object) -> object:
    """What `_without_surrogates` was given."""
    if isinstance(value, dict):
        if value.keys() == {"str"}:
            return _decode(value)
        return {key: _with_surrogates(part) for key, part in value.items()}
    return [_with_surrogates(part) for part in value] if isinstance(value, list) else value


def _steps(words: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    """The words of a chunk, step by step; the last may be the beginning of a step that was not completed."""
    at = start = 0
    while at < len(words):
        is_end = words[at] >= ops.FIRST_STEP  # type: ignore[operator] # an operation is an int
        at += ops.length(words, at)
        if is_end:
            yield words[start:at]
            start = at
    if start < at:
        yield words[start:at]


def _encode(word: object, null: object) -> object:
    if word is None or type(word) is bool:
        return word
    if type(word) is int:
        return word if -_EXACT_IN_JSON <= word <= _EXACT_IN_JSON else {"int": hex(word)}
    if type(word) is str:
        has_surrogates = any("\ud800" <= character <= "\udfff" for character in word) if not word.isascii() else False
        return {"str": [ord(character) for character in word]} if has_surrogates else word
    if type(word) is range:
        return {"ref": word.stop}
    if type(word) is float:
        return word if word - word == 0 else {"float": _bits(word)}
    if type(word) is complex:
        return {"complex": [_bits(word.real), _bits(word.imag)]}
    if type(word) is bytes:
        return {"bytes": base64.b64encode(word).decode()}
    if word is null:
        return {"constant": "NULL"}
    return {"constant": "Ellipsis" if word is ... else "NotImplemented"}


def _bits(number: float) -> str:
    return struct.pack(">d", number).hex()


# --- reading ---------------------------------------------------------------------------------------


def read(source: str | PathLike[str] | TextIO) -> "Recording":
    """Reads a recording from JSON text, a path or a file.

    Raises:
        RecordingFormatError: It is not a recording, or not one this release can read.
    """
    text, where = _text_of(source)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordingFormatError(f"{where} is not JSON ({error}): give the output of Recording.to_json") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RecordingFormatError(f'{where} is JSON, but no recording: "format" is not "{FORMAT}"')
    if document.get("version") != VERSION:
        found = document.get("version")
        message = f"{where} is a recording of version {found!r}, and this release reads version {VERSION}: record again"
        raise RecordingFormatError(message)
    try:
        return _recording_of(document)
    except RecordingFormatError:
        raise
    except Exception as error:
        cause = "; ".join(cattrs.transform_error(error)) if isinstance(error, ExceptionGroup) else repr(error)
        raise RecordingFormatError(f"{where} is a damaged recording ({cause}): record again") from error


def _text_of(source: str | PathLike[str] | TextIO) -> tuple[str, str]:
    if isinstance(source, str) and (source[:1].isspace() or source[:1] in ("{", "[", "")):
        return source, "the text"
    if not isinstance(source, str | PathLike):
        return source.read(), "the file"
    path = Path(source)
    try:
        return path.read_text(encoding="utf-8"), path.name
    except UnicodeDecodeError as error:
        raise RecordingFormatError(
            f"{path.name} is not text ({error.reason}): give the output of Recording.to_json"
        ) from error
    except (OSError, ValueError) as error:
        message = f"{path.name[:80]!r} cannot be read as a recording ({error}): give JSON text or the path of a file"
        raise RecordingFormatError(message) from error


def _recording_of(document: dict[str, object]) -> "Recording":
    from calcharo_vm.recording.recording import Recording  # noqa: PLC0415 - it imports this module for the other direction

    chunks = document.pop("chunks")
    document = {key: _with_surrogates(part) for key, part in document.items()}
    journal = Journal(NULL)
    journal.python = _converter.structure(document["python"], str)
    journal.codes = _converter.structure(document["codes"], list[CodeInfo])
    journal.instructions = _converter.structure(document["instructions"], list[InstructionInfo])
    assert isinstance(chunks, list)
    for chunk in chunks:
        journal.add_chunk(tuple(word for step in chunk for word in map(_decode, step)))
    _check_tables(journal)
    journal.sources = _converter.structure(document["sources"], dict[str, str])
    source = _converter.structure(document["source"], str)
    isolation = tuple(_converter.structure(document["isolation"], list[str]))
    outcome = _converter.structure(document["outcome"], Outcome)
    journal.inputs = _inputs_of(document.get("inputs", []))
    return Recording(journal, outcome, source, isolation)


def _inputs_of(rows: object) -> tuple[Input, ...]:
    assert isinstance(rows, list)
    return tuple(Input(str(kind), _decode(value), int(step)) for kind, value, step in rows)


def _check_tables(journal: Journal) -> None:
    """Checks that numbers of codes and instructions are of some that there are.

    Raises:
        RecordingFormatError: They are not.
    """
    executed = max((max(journal.columns(at).instructions, default=0) for at in range(len(journal.chunks))), default=-1)
    if executed >= len(journal.instructions) > 0 or (len(journal) and not journal.instructions):
        raise RecordingFormatError(f"the recording has no instruction {executed}, which a step executed: record again")
    for instruction in journal.instructions:
        if not 0 <= instruction.code < len(journal.codes):
            raise RecordingFormatError(
                f"the recording has no code {instruction.code}, which has instructions: record again"
            )


def _decode(value: object) -> object:
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise RecordingFormatError("the recording has a list where a value should be: record again")
        return value
    (tag, content), *more = value.items() or [("", None)]
    if more or tag not in _DECODERS:
        raise RecordingFormatError(f"the recording has a value {value!r} of a kind this release does not know")
    return _DECODERS[tag](content)


def _number(bits: str) -> float:
    found: float = struct.unpack(">d", bytes.fromhex(bits))[0]
    return found


def _decode_int(content: object) -> object:
    assert isinstance(content, str)
    return int(content, 16)


def _decode_str(content: object) -> object:
    assert isinstance(content, list)
    return "".join(map(chr, content))


def _decode_ref(content: object) -> object:
    assert isinstance(content, int)
    return range(content)


def _decode_float(content: object) -> object:
    assert isinstance(content, str)
    return _number(content)


def _decode_complex(content: object) -> object:
    assert isinstance(content, list)
    return complex(*map(_number, content))


def _decode_bytes(content: object) -> object:
    assert isinstance(content, str)
    return base64.b64decode(content, validate=True)


_DECODERS: Final[dict[str, Callable[[object], object]]] = {
    "int": _decode_int,
    "str": _decode_str,
    "ref": _decode_ref,
    "float": _decode_float,
    "complex": _decode_complex,
    "bytes": _decode_bytes,
    "constant": lambda content: _CONSTANTS[str(content)],
}
