"""Words as bytes: a run of journal words in columns, one for each kind of word.

Most words are small integers. They make one column of four bytes each, in which every other word is a hole; what
belongs there follows by kind. All of it is taken apart and put together by calls that do a whole column at once.
"""

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress, pairwise, repeat
from typing import Final, Protocol, TypeVar

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.storage.texts import LARGE, Text

_HOLE: Final = -(1 << 31)
_HOLE_BYTES: Final = struct.pack("<i", _HOLE)

_NONE, _FALSE, _TRUE, _ELLIPSIS, _NOT_IMPLEMENTED, _NULL = range(6)
_REFERENCE, _FLOAT, _COMPLEX, _INT, _STR, _BYTES, _TEXT = range(6, 13)
_TEXTS: Final = (_STR, _BYTES)
_BY_TYPE: Final[dict[type, int]] = {
    type(None): _NONE,
    bool: _FALSE,
    type(...): _ELLIPSIS,
    type(NotImplemented): _NOT_IMPLEMENTED,
    range: _REFERENCE,
    float: _FLOAT,
    complex: _COMPLEX,
    int: _INT,
    str: _STR,
    bytes: _BYTES,
}
DAMAGES: Final = (AssertionError, IndexError, OverflowError, StopIteration, ValueError, struct.error)
"""What unpacking raises when the bytes were not made by packing."""

_SECTIONS: Final = 15
_SIZES: Final = {"I": 4, "Q": 8, "d": 8}
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
    others = [word for word in words if type(word) is not int]
    small = [word if type(word) is int else _HOLE for word in words]
    try:
        column = array("i", small)
        has_large = small.count(_HOLE) != len(others)
    except OverflowError:
        has_large = True
    if has_large:
        others = [word for word in words if not _is_small(word)]
        column = array("i", [word if _is_small(word) else _HOLE for word in words])  # type: ignore[misc]
    return _joined(_little_endian(column), *_pack_others(others, null, texts))


def _is_small(word: object) -> bool:
    return type(word) is int and _HOLE < word < -_HOLE


def _little_endian(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":  # pragma: no cover - not where the tests run
        numbers.byteswap()
    return numbers.tobytes()


def _pack_others(others: list[object], null: object, texts: TextWriter | None) -> list[bytes]:
    by_type = {**_BY_TYPE, type(null): _NULL}
    kinds = bytearray(map(by_type.__getitem__, map(type, others)))
    if _FALSE in kinds:
        for at, kind in enumerate(kinds):
            if kind == _FALSE:
                kinds[at] = _TRUE if others[at] else _FALSE
    large = [] if texts is None else _put_large(others, kinds, texts)
    columns = [list(_of_kind(kind, others, kinds)) if kind in kinds else [] for kind in range(_TEXT)]
    parts = [part for word in columns[_COMPLEX] for part in (word.real, word.imag)]  # type: ignore[attr-defined]
    strings, which_string = _unique(columns[_STR])
    runs, which_bytes = _unique(columns[_BYTES])
    return [
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
    ]


def _put_large(others: list[object], kinds: bytearray, texts: TextWriter) -> list[int]:
    """Puts large texts where they go, marks them, and returns the run and the length of each."""
    if all(max(map(len, _of_kind(kind, others, kinds)), default=0) < LARGE for kind in _TEXTS):  # type: ignore[arg-type]
        return []
    large: list[int] = []
    for at, kind in enumerate(kinds):
        if kind in _TEXTS and len(others[at]) >= LARGE:  # type: ignore[arg-type] # it is a text
            kinds[at] = _TEXT
            large += texts.put(others[at])  # type: ignore[arg-type] # as above
    return large


def _of_kind(kind: int, others: list[object], kinds: bytearray) -> Iterator[object]:
    return compress(others, map(kind.__eq__, kinds))


def _int_bytes(word: object) -> bytes:
    assert isinstance(word, int)
    return word.to_bytes(word.bit_length() // 8 + 1, "little", signed=True)


def _unique(words: list[object]) -> tuple[list[object], bytes]:
    """The words without repetitions, and which of them each is."""
    numbers = dict(zip(dict.fromkeys(words), range(len(words)), strict=False))
    return list(numbers), _packed("I", [numbers[word] for word in words])


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
    words: list[object] = list(struct.unpack(f"<{len(small) // 4}i", small))
    if kinds:
        sources = _sources(rest, null, texts)
        others = iter([next(sources[kind]) for kind in kinds])
        words = [word if word != _HOLE else next(others) for word in words]
        if next(others, sources) is not sources:
            raise ValueError("there are more words of other kinds than holes")
    elif _HOLE_BYTES in small and _HOLE in words:
        raise ValueError("there are fewer words of other kinds than holes")
    return tuple(words)


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
