"""The chunks and keyframes of a journal in memory: as tuples, or packed where tuples would take much."""

import sys
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, overload

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.folding import Patterns
from calcharo_vm.recording.storage.packing import pack, unpack
from calcharo_vm.recording.storage.texts import LARGE, TextsInMemory

Words = tuple[object, ...]

_INTERVALS: Final = ((4096, (151, 157)), (1024, (53, 59)), (256, (29, 31)), (0, (1,)))
"""In between many words, a few are looked at, at two intervals. They are prime: a program's steps come in rhythms."""
_UNSHARED: Final = 16
_KEPT: Final = 8


class Chunks(Sequence[Words]):
    """The words of each chunk.

    Tuples are made and read fastest, and most programs make chunks of 30 to 50 bytes a step. Where all chunks together
    come to more than `most_a_step`, because values are large or steps change much, as many as need be are packed.
    """

    most_a_step = 58
    bytes_a_word = 12
    """What a word of steps takes as part of a tuple, and what the objects of a journal take beside, by experience."""
    ordinary = 64
    """What takes more bytes is a large value."""
    steps_saved_up = 1 << 14
    """For so many steps, what takes less leaves room for what takes more."""

    def __init__(self, null: object, texts: TextsInMemory) -> None:
        """Keeps large texts in `texts`."""
        self._null = null
        self._room = 0  # bytes that chunks may still take
        self.taken = 0  # roughly, in bytes
        self._chunks: list[Words | bytes] = []
        self._texts = texts
        self.patterns = Patterns()
        self._folded: set[int] = set()
        self._unpacked: OrderedDict[int, Words] = OrderedDict()

    def __len__(self) -> int:
        return len(self._chunks)

    @overload
    def __getitem__(self, number: int) -> Words: ...

    @overload
    def __getitem__(self, number: slice) -> list[Words]: ...  # type: ignore[explicit-any]

    def __getitem__(self, number: int | slice) -> Words | list[Words]:  # type: ignore[explicit-any]
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        chunk = self._chunks[number]
        is_plain = isinstance(chunk, tuple) and not self._folded
        return chunk if is_plain else self._whole(number % len(self._chunks), chunk)  # type: ignore[return-value]

    def __setitem__(self, number: int, words: Words) -> None:
        self._folded.discard(number % len(self._chunks))
        self._chunks[number] = words

    def append(self, words: Words, steps: int, *, is_folded: bool = False) -> None:
        """Adds a chunk of so many steps, whose words may be folded."""
        most = self.most_a_step * self.steps_saved_up
        self._room = min(self._room + self.most_a_step * steps, most)
        chunk: Words | bytes = words
        is_light = self._room == most and _is_light(words, self.ordinary)
        weight = len(words) * self.bytes_a_word + (0 if is_light else _weight_of_values(words, self.ordinary))
        if weight > self._room and steps:
            chunk = zlib.compress(pack(words, self._null, self._texts), 1)
            weight = len(chunk)
        self._room -= weight
        self.taken += weight
        if is_folded:
            self._folded.add(len(self._chunks))
        self._chunks.append(chunk)

    def clear(self) -> None:
        """Forgets all chunks."""
        self._folded.clear()
        self._chunks.clear()

    def _whole(self, number: int, chunk: Words | bytes) -> Words:
        """All words of a chunk; those of the last few are kept, as finding them takes a while."""
        is_folded = number in self._folded
        if isinstance(chunk, tuple) and not is_folded:
            return chunk
        words = self._unpacked.pop(number, None)
        if words is None:
            words = chunk if isinstance(chunk, tuple) else unpack(zlib.decompress(chunk), self._null, self._texts)
            if is_folded:
                words = self.patterns.unfold(words)
        self._unpacked[number] = words
        if len(self._unpacked) > _KEPT:
            self._unpacked.popitem(last=False)
        return words


class KeyframesInMemory(Chunks):
    """The words of each keyframe; most values are also among the words of the steps, or of other keyframes."""

    most_a_step = 12
    bytes_a_word = 8
    ordinary = LARGE
    steps_saved_up = 1 << 18


def _intervals(words: Words) -> tuple[int, ...]:
    return next(intervals for least, intervals in _INTERVALS if len(words) >= least)


def _is_light(words: Words, ordinary: int) -> bool:
    """Whether there seem to be no large values: a quick look, for the many chunks that have none."""
    interval = _intervals(words)[0]
    return max(map(sys.getsizeof, words[interval // 2 :: interval]), default=0) <= ordinary


def _weight_of_values(words: Words, ordinary: int) -> int:
    """Roughly how many bytes the large values of a chunk take, which are found by looking at a few words."""
    intervals = _intervals(words)
    large = [
        sys.getsizeof(word) * interval / len(intervals)
        for interval in intervals
        for word in words[interval // 2 :: interval]
        if type(word) in _SIZED and sys.getsizeof(word) > ordinary and sys.getrefcount(word) <= _UNSHARED
    ]
    return int(sum(large))


_SIZED: Final = frozenset({str, bytes, int})
