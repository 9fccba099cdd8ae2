"""How much memory recorded objects take, estimated from what the journal has of them.

No object is asked: these are the sizes that CPython's own types have on a 64-bit machine.
"""

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
_TEXT: Final = 41
_BYTES: Final = 33


def size_of(thing: "Thing") -> int:
    """Roughly how many bytes an object takes, with the scalars that it holds."""
    size = _BASES.get(thing.kind, _OBJECT) + _WORD * len(thing.items) + _ENTRY * (len(thing.table) + len(thing.fields))
    words = [*thing.items, *thing.table.keys(), *thing.table.values(), *thing.fields.values()]
    return size + sum(map(_size_of_scalar, words))


def _size_of_scalar(word: object) -> int:
    """Roughly how many bytes a scalar takes; nothing for what there is only one of, and for references."""
    match word:
        case bool() | None:
            return 0
        case int():
            return _NUMBER + word.bit_length() // _WORD
        case float() | complex():
            return _NUMBER
        case str():
            return _TEXT + len(word)
        case bytes():
            return _BYTES + len(word)
        case _:
            return 0
