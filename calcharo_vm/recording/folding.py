"""Folded words: of a run of words that is always the same but for some values, only these are written.

Such a run begins with a negative number that says which it is and how many values follow. Only chunks that are kept
in memory have any: whoever reads a chunk gets all of its words.
"""

from collections.abc import Sequence

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops

_NUMBERS = ops.MOST_FOLDED + 1


class _Pattern:
    """A run of words, some of which are values that differ each time."""

    __slots__ = ("_places", "_words")

    def __init__(self, words: Sequence[object], places: Sequence[tuple[int, int]]) -> None:
        self._words = list(words)
        self._places = tuple(places)

    def filled(self, words: Sequence[object], at: int) -> list[object]:
        """The run of words whose values begin at a place of a chunk."""
        found = self._words.copy()
        for place, value in self._places:
            found[place] = words[at + value]
        return found


class Patterns:
    """The patterns of one journal."""

    def __init__(self) -> None:
        self._patterns: list[_Pattern] = []

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def add(self, words: Sequence[object], places: Sequence[tuple[int, int]], values: int) -> int:
        """Adds a run of words, with so many values, and returns what stands for it on the tape.

        `places` says which words are values, by place, and the number of each value.
        """
        self._patterns.append(_Pattern(words, places))
        return -1 - ((len(self._patterns) - 1) * _NUMBERS + values)

    def unfold(self, words: Sequence[object]) -> tuple[object, ...]:
        """All words of a chunk."""
        found: list[object] = []
        at, length, start, lengths, first_step = 0, len(words), 0, ops.LENGTHS, ops.FIRST_STEP
        while at < length:
            word = words[at]
            if word >= first_step:  # type: ignore[operator] # an operation is an int
                at += 1
            elif word >= 0:  # type: ignore[operator] # as above
                at += lengths[word] or ops.length(words, at)  # type: ignore[call-overload] # as above
            else:
                if start < at:
                    found += words[start:at]
                number, values = divmod(-1 - word, _NUMBERS)  # type: ignore[operator] # as above
                found += self._patterns[number].filled(words, at + 1)
                start = at = at + 1 + values
        found += words[start:]
        return tuple(found)
