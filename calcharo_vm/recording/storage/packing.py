"""Words as bytes: a run of journal words as the kind of each word, and a column for each kind of word.

All of it is taken apart and put together by calls that do a whole column at once.
"""

import re
import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress, pairwise, repeat
from typing import Final, Protocol, TypeVar

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.storage.texts import LARGE, Text

_NONE, _FALSE, _TRUE, _ELLIPSIS, _NOT_IMPLEMENTED, _NULL = range(6)
_REFERENCE, _FLOAT, _COMPLEX, _INT, _STR, _BYTES, _TEXT, _SMALL_INT = range(6, 14)
_TEXTS: Final = (_STR, _BYTES)
_BY_TYPE: Final[dict[type, int]] = {
    type(None): _NONE,
    bool: _FALSE,
    type(...): _ELLIPSIS,
    type(NotImplemented): _NOT_IMPLEMENTED,
    range: _REFERENCE,
    float: _FLOAT,
    complex: _COMPLEX,
    int: _SMALL_INT,
    str: _STR,
    bytes: _BYTES,
}
_SMALL_INTS: Final = range(-(1 << 31), 1 << 31)
_BOOLS: Final = re.compile(bytes([_FALSE]) + b"+")
_KINDS_OF_BOOLS: Final = bytes([_FALSE, _TRUE]).ljust(256)
_MASKS: Final = [bytes(each == kind for each in range(256)) for kind in range(_SMALL_INT + 1)]
"""What translates the kinds of words into ones where they are of that kind, and zeros elsewhere."""
DAMAGES: Final = (AssertionError, IndexError, OverflowError, StopIteration, ValueError, struct.error)
"""What unpacking raises when the bytes were not made by packing."""

_SECTIONS: Final = 15
_SIZES: Final = {"i": 4, "I": 4, "Q": 8, "d": 8}
_DIRECTORY: Final = struct.Struct(f"<{_SECTIONS}I")
_Small = TypeVar("_Small", str, bytes)


class TextWriter(Protocol):
    """Where large texts go."""

    def put(self, text: Text) -> tuple[int, int]:
        """Takes a text, and returns which of the runs used since `flush` it begins, and its length."""
        ...

    def flush(self) -> list[int]:
        """Returns where each of the runs used since the last time is kept."""
        ...


class TextReader(Protocol):
    """Where large texts come from."""

    def get(self, place: int, length: int) -> Text:
        """The beginning, of that length, of the run that is kept there."""
        ...


def pack(words: Sequence[object], null: object, texts: TextWriter | None = None) -> bytes:
    """The bytes of words; large texts are put into `texts`, if there is such a place."""
    by_type = {**_BY_TYPE, type(null): _NULL}
    kinds = bytearray(map(by_type.__getitem__, map(type, words)))
    for run in _BOOLS.finditer(bytes(kinds)):
        start, stop = run.span()
        kinds[start:stop] = bytes(words[start:stop]).translate(_KINDS_OF_BOOLS)  # type: ignore[arg-type] # bools
    try:
        small = _small_ints(words, kinds)
    except OverflowError:
        for at, word in enumerate(words):
            if type(word) is int and word not in _SMALL_INTS:
                kinds[at] = _INT
        small = _small_ints(words, kinds)
    large = [] if texts is None else _put_large(words, kinds, texts)
    columns = [list(_of_kind(kind, words, kinds)) if kind in kinds else [] for kind in range(_TEXT)]
    parts = [part for word in columns[_COMPLEX] for part in (word.real, word.imag)]  # type: ignore[attr-defined]
    strings, which_string = _unique(columns[_STR])
    runs, which_bytes = _unique(columns[_BYTES])
    return _joined(
        _little_endian(small),
        bytes(kinds),
        _packed("Q", [word.stop for word in columns[_REFERENCE]]),  # type: ignore[attr-defined]
        _packed("d", columns[_FLOAT]),
        _packed("d", parts),
        *_blob([_int_bytes(word) for word in columns[_INT]]),
        *_blob_of_strings(strings),  # type: ignore[arg-type]
        which_string,
        *_blob(runs),  # type: ignore[arg-type]
        which_bytes,
        _packed("Q", large),
        _packed("Q", [] if texts is None else texts.flush()),
    )


def _small_ints(words: Sequence[object], kinds: bytearray) -> "array[int]":
    numbers: Iterator[int] = _of_kind(_SMALL_INT, words, kinds)  # type: ignore[assignment] # of that kind
    return array("i", numbers)


def _little_endian(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":  # pragma: no cover - not where the tests run
        numbers.byteswap()
    return numbers.tobytes()


def _put_large(words: Sequence[object], kinds: bytearray, texts: TextWriter) -> list[int]:
    """Puts large texts where they go, marks them, and returns the run and the length of each."""
    if all(max(map(len, _of_kind(kind, words, kinds)), default=0) < LARGE for kind in _TEXTS):  # type: ignore[arg-type]
        return []
    large: list[int] = []
    for at, kind in enumerate(kinds):
        if kind in _TEXTS and len(words[at]) >= LARGE:  # type: ignore[arg-type] # it is a text
            kinds[at] = _TEXT
            large += texts.put(words[at])  # type: ignore[arg-type] # as above
    return large


def _of_kind(kind: int, words: Sequence[object], kinds: bytearray) -> Iterator[object]:
    return compress(words, kinds.translate(_MASKS[kind]))


def _int_bytes(word: object) -> bytes:
    assert isinstance(word, int)
    return word.to_bytes(word.bit_length() // 8 + 1, "little", signed=True)


def _unique(words: list[object]) -> tuple[list[object], bytes]:
    """The words without repetitions, and which of them each is."""
    numbers: dict[object, int | None] = dict.fromkeys(words)
    if len(numbers) == len(words):
        return words, _packed("I", range(len(words)))
    unique = list(numbers)
    numbers.update(zip(unique, range(len(unique)), strict=True))
    return unique, _packed("I", [*map(numbers.__getitem__, words)])


def _packed(code: str, numbers: Sequence[object]) -> bytes:
    return struct.pack(f"<{len(numbers)}{code}", *numbers)


def _blob(parts: list[bytes]) -> tuple[bytes, bytes]:
    return _packed("I", [len(part) for part in parts]), b"".join(parts)


def _blob_of_strings(strings: list[str]) -> tuple[bytes, bytes]:
    together = "".join(strings)
    if together.isascii():  # one byte for each character, as most are
        return _packed("I", list(map(len, strings))), together.encode()
    return _blob([string.encode("utf-8", "surrogatepass") for string in strings])


def _joined(*sections: bytes) -> bytes:
    return b"".join([_DIRECTORY.pack(*map(len, sections)), *sections])


# --- and back --------------------------------------------------------------------------------------


def unpack(data: bytes, null: object, texts: TextReader | None = None) -> tuple[object, ...]:
    """The words that bytes were made of.

    Raises:
        AssertionError, IndexError, OverflowError, StopIteration, ValueError, struct.error: `pack` did not make them.
    """
    small, kinds, *rest = _sections(data)
    if kinds.count(_SMALL_INT) * _SIZES["i"] != len(small):
        raise ValueError("there are more or fewer small integers than kinds tell of")
    sources = [*_sources(rest, null, texts), iter(_numbers("i", small))]
    words = tuple(map(next, map(sources.__getitem__, kinds)))
    if len(words) != len(kinds):
        raise ValueError("there are fewer words of a kind than kinds tell of")
    return words


def _sections(data: bytes) -> list[bytes]:
    lengths = _DIRECTORY.unpack_from(data)
    if sum(lengths) + _DIRECTORY.size != len(data):
        raise ValueError(f"the columns have {sum(lengths)} bytes, and there are {len(data) - _DIRECTORY.size}")
    sections, at = [], _DIRECTORY.size
    for length in lengths:
        sections.append(data[at : at + length])
        at += length
    return sections


def _sources(sections: list[bytes], null: object, texts: TextReader | None) -> list[Iterator[object]]:
    """Where the words of each kind come from, by the number of the kind."""
    parts = _numbers("d", sections[2])
    integers = [int.from_bytes(part, "little", signed=True) for part in _parts(*sections[3:5])]
    strings = _strings(*sections[5:7])
    return [
        *map(repeat, (None, False, True, ..., NotImplemented, null)),
        map(range, _numbers("Q", sections[0])),
        iter(_numbers("d", sections[1])),
        map(complex, parts[::2], parts[1::2]),
        iter(integers),
        _chosen(strings, sections[7]),
        _chosen(_parts(*sections[8:10]), sections[10]),
        iter(_large(_numbers("Q", sections[11]), _numbers("Q", sections[12]), texts)),
    ]


def _numbers(code: str, data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // _SIZES[code]}{code}", data)


def _strings(lengths: bytes, blob: bytes) -> list[str]:
    if blob.isascii():  # one byte for each character, as most are
        return _parts(lengths, blob.decode())
    return [part.decode("utf-8", "surrogatepass") for part in _parts(lengths, blob)]


def _parts(lengths: bytes, together: _Small) -> list[_Small]:
    places = [*accumulate(_numbers("I", lengths), initial=0)]
    if places[-1] != len(together):
        raise ValueError(f"there are {len(together)} bytes for parts of {places[-1]}")
    return [together[start:stop] for start, stop in pairwise(places)]


def _chosen(unique: list[_Small], which: bytes) -> Iterator[_Small]:
    return map(unique.__getitem__, _numbers("I", which))


def _large(numbers: tuple[int, ...], places: tuple[int, ...], texts: TextReader | None) -> list[Text]:
    """The texts that are each told as a run and a length."""
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    made: dict[tuple[int, int], Text] = {}
    for run, length in dict.fromkeys(pairs):
        assert texts is not None
        made[run, length] = texts.get(places[run], length)
    return [made[pair] for pair in pairs]
