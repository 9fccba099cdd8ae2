"""How much memory recorded objects take, estimated from what the journal has of them.

No object is asked: these are the sizes that CPython's own types have on a 64-bit machine.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from calcharo_vm.recording.state import Thing

_WORD: Final = 8
_ENTRY: Final = 24  # of a hash table: hash, key, value
_OBJECT: Final = 48
_BASES: Final = {
    HeapKind.LIST: 56,
    HeapKind.TUPLE: 40,
    HeapKind.DICT: 64,
    HeapKind.NAMESPACE: 64,
    HeapKind.SET: 216,
    HeapKind.FROZENSET: 216,
    HeapKind.DEQUE: 608,
    HeapKind.BYTEARRAY: 56,
    HeapKind.CELL: 40,
    HeapKind.FUNCTION: 160,
    HeapKind.CLASS: 1064,
    HeapKind.GENERATOR: 200,
    HeapKind.COROUTINE: 200,
    HeapKind.ASYNC_GENERATOR: 240,
}
_NUMBER: Final = 28
_TEXTS: Final[Mapping[type, int]] = {str: 41, bytes: 33}


def size_of(thing: "Thing") -> int:
    """Roughly how many bytes an object takes, with the scalars that it holds."""
    size = _BASES.get(thing.kind, _OBJECT) + _WORD * len(thing.items) + _ENTRY * (len(thing.table) + len(thing.fields))
    for words in thing.words:
        if len(words) > _FEW and len(thing.kinds) == 1:
            size += _size_of_many(next(iter(thing.kinds)), words)
        else:
            size += sum(map(_size_of_word, words))
    return size


_SIZES: Final[Mapping[type, Callable[..., int]]] = {  # type: ignore[explicit-any] # each takes scalars of its type
    int: lambda number: _NUMBER + number.bit_length() // _WORD,
    float: lambda _number: _NUMBER,
    complex: lambda _number: _NUMBER,
    str: lambda text: _TEXTS[str] + len(text),
    bytes: lambda text: _TEXTS[bytes] + len(text),
}
"""How many bytes a scalar takes; nothing for what there is only one of."""
_FEW: Final = 16


def size_of_items(words: Collection[object]) -> int:
    """What words add to the size of a sequence that holds them."""
    return _WORD * len(words) + sum(_size_of_word(word) for word in words)


def size_of_entry(key: object, word: object) -> int:
    """What an entry adds to the size of a mapping."""
    return _ENTRY + _size_of_word(key) + _size_of_word(word)


def _size_of_word(word: object) -> int:
    size = _SIZES.get(type(word))
    return 0 if size is None else size(word)


def _size_of_many(kind: type, words: Collection[object]) -> int:
    """Roughly how many bytes scalars of one type take together."""
    if kind is int:
        lengths = Counter(map(int.bit_length, words))  # type: ignore[arg-type] # all are integers
        return sum((_NUMBER + bits // _WORD) * count for bits, count in lengths.items())
    if kind is float or kind is complex:
        return _NUMBER * len(words)
    base = _TEXTS.get(kind)
    return 0 if base is None else base * len(words) + sum(map(len, words))  # type: ignore[arg-type] # they have lengths
