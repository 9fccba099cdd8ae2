"""Words in JSON: whatever JSON has no exact form for is an object with one key, which says what it is."""

import json
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import lru_cache
from types import EllipsisType, NoneType, NotImplementedType
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.values import NULL, Null, Ref

EXACT: Final = 1 << 53
"""Integers up to that are exact in every reader of JSON."""

WORD_TYPES: Final = frozenset(
    {NoneType, bool, int, float, complex, str, bytes, range, EllipsisType, NotImplementedType, Null}
)
_REFERENCES_SHARED: Final = 1 << 14
_CONSTANTS: Final[dict[str, object]] = {"Ellipsis": ..., "NotImplemented": NotImplemented, "NULL": NULL}

dumps: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
"""The text of what is JSON already, in ASCII."""


class Excerpt:
    """The beginning of one of the large texts of a chunk."""

    __slots__ = ("length", "text")

    def __init__(self, text: object, length: object) -> None:
        self.text = text
        self.length = length


# --- writing ---------------------------------------------------------------------------------------


def encoded(word: object) -> object:
    """A scalar, a reference or CPython's NULL as it is in JSON."""
    encode = _ENCODERS.get(type(word))
    if encode is not None:
        return encode(word)
    return {"constant": "Ellipsis" if word is ... else "NotImplemented" if word is NotImplemented else "NULL"}


def with_encoded_texts(value: object) -> object:
    """Lists and objects of JSON, whose texts may have surrogates, as they are in JSON."""
    if isinstance(value, dict):
        return {key: with_encoded_texts(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [with_encoded_texts(part) for part in value]
    return encode_str(str(value)) if isinstance(value, str) else value


def encode_str(text: str) -> object:
    """A text; with surrogates it is its code points, because JSON makes one character of some pairs."""
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return {"str": [ord(character) for character in text]}
    return text


def _encode_int(number: int) -> object:
    return number if -EXACT <= number <= EXACT else {"int": hex(number)}


def _encode_float(number: float) -> object:
    return number if number - number == 0 else {"float": _bits(number)}


def _bits(number: float) -> str:
    return struct.pack(">d", number).hex()


def _itself(word: object) -> object:
    return word


_ENCODERS: Final[dict[type, Callable[..., object]]] = {  # type: ignore[explicit-any] # each takes what it is for
    NoneType: _itself,
    bool: _itself,
    int: _encode_int,
    float: _encode_float,
    complex: lambda word: {"complex": [_bits(word.real), _bits(word.imag)]},
    str: encode_str,
    bytes: lambda word: {"bytes": b64encode(word).decode()},
    range: lambda word: {"ref": word.stop},
    Ref: lambda word: {"ref": word.oid},
}


def text_of(word: object) -> str:
    """The JSON text of a word."""
    return dumps(encoded(word))


TEXTS: Final[dict[type, Callable[..., str]]] = {  # type: ignore[explicit-any] # as above
    NoneType: lambda _none: "null",
    bool: lambda word: "true" if word else "false",
    int: lambda word: repr(word) if -EXACT <= word <= EXACT else text_of(word),
    float: lambda word: repr(word) if word - word == 0 else text_of(word),
    range: lambda word: f'{{"ref":{word.stop}}}',
}
"""The same for the kinds of words that are frequent, in less time."""


# --- reading ---------------------------------------------------------------------------------------


def decoded(found: dict[str, object]) -> object:
    """What an object of JSON stands for; the object itself, which is no word, when it stands for nothing."""
    if len(found) == 1:
        [(tag, content)] = found.items()
        decode = _DECODERS.get(tag)
        if decode is not None:
            try:
                return decode(content)
            except (AssertionError, AttributeError, KeyError, OverflowError, TypeError, ValueError, struct.error):
                return found
    return found


@lru_cache(_REFERENCES_SHARED, typed=True)  # a journal refers to the same objects again and again
def _decode_ref(content: object) -> object:
    assert type(content) is int
    assert content >= 0
    return range(content)


def _decode_int(content: str) -> object:
    return int(content, 16)


def _decode_str(content: list[int]) -> object:
    return "".join(map(chr, content))


def _decode_float(content: str) -> float:
    [number] = struct.unpack(">d", bytes.fromhex(content))
    return float(number)


def _decode_complex(content: list[str]) -> object:
    real, imaginary = content
    return complex(_decode_float(real), _decode_float(imaginary))


def _decode_bytes(content: str) -> object:
    return b64decode(content, validate=True)


def _decode_excerpt(content: list[object]) -> object:
    text, length = content
    return Excerpt(text, length)


_DECODERS: Final[dict[str, Callable[..., object]]] = {  # type: ignore[explicit-any] # what they are given is checked
    "ref": _decode_ref,
    "int": _decode_int,
    "str": _decode_str,
    "float": _decode_float,
    "complex": _decode_complex,
    "bytes": _decode_bytes,
    "text": _decode_excerpt,
    "constant": _CONSTANTS.__getitem__,
}
