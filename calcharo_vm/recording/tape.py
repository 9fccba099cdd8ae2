"""The tape: the words of the steps as they are written, and how far they are complete."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops

if TYPE_CHECKING:
    from calcharo_vm.recording.identity import Words

_NOWHERE: Final = -1


class Tape:
    """The words of the steps since the last chunk, and the number of steps.

    Attributes:
        words: The words.
        pending: Not empty when the next instruction has to be looked at before it executes, because the one
            before is not journalled yet: it entered or left a frame, ran code of the program on its way, or
            other threads are recorded, too.
        room: How many steps have room in this chunk.
        reach: How many steps there are when the chunk is full.
    """

    __slots__ = (
        "_committed",
        "_seal",
        "_sealed_word",
        "_start",
        "_steps_of_next_chunk",
        "pending",
        "reach",
        "room",
        "words",
    )

    def __init__(self, seal: Callable[[], None], steps_of_next_chunk: Callable[[int], int]) -> None:
        """`seal` puts the words away as a chunk and starts another, whose size depends on the steps so far."""
        self.words: Words = []
        self.pending: list[bool] = []
        self._steps_of_next_chunk = steps_of_next_chunk
        self.room = self.reach = steps_of_next_chunk(0)
        self._seal = seal
        self._sealed_word = 0
        self._start = 0  # how many words a new chunk starts with
        self._committed = _NOWHERE

    @property
    def steps(self) -> int:
        """The number of complete steps."""
        return self.reach - self.room

    @property
    def is_between_steps(self) -> bool:
        """Whether the chunk has just started, or its last word ends a step that was completed by `commit`."""
        return len(self.words) in (self._start, self._committed)

    def commit(self, word: int) -> None:
        """Completes a step, whose instruction may have executed long ago, by writing its last word."""
        self.words.append(word)
        self._committed = len(self.words)
        self.room -= 1
        if not self.room:
            self.start_chunk()

    def start_chunk(self) -> None:
        """Seals the chunk: it has no room left, or a keyframe is to follow the step that is complete."""
        if len(self.words) == self._start:
            return
        steps = self.steps
        self.room = size = self._steps_of_next_chunk(steps)
        self.reach = steps + size
        is_committed = len(self.words) == self._committed
        self._sealed_word = _NOWHERE if is_committed else self.words[-1]  # type: ignore[assignment] # an int
        self._committed = _NOWHERE
        self._seal()
        self._start = len(self.words)

    def is_full_for(self, steps: int) -> bool:
        """Returns whether the next steps must be executed one by one, even though a new chunk was started for them."""
        self.start_chunk()
        return bool(self.pending) or self.room <= steps

    def may_be_closed(self, word: int) -> bool:
        """Returns whether it is worth asking `reopen`: instructions that execute have another word, nearly always."""
        words = self.words
        return not words or words[-1] is word or self._sealed_word is word

    def reopen_last(self) -> int:
        """Takes back the end of the last step, which is complete, and returns its word.

        Returns:
            The word; 0 when something follows that end, or it lies in a sealed chunk.
        """
        words, last, at = self.words, self._start, self._start
        while at < len(words):
            last, at = at, at + ops.length(words, at)
        if at == self._start or words[last] < ops.FIRST_STEP:  # type: ignore[operator] # an operation is an int
            return 0
        self.room += 1
        self._committed = _NOWHERE
        return words.pop()  # type: ignore[return-value] # as above

    def reopen(self, word: int) -> int | None:
        """Takes back the end of the last step if that is its word and the instruction wrote it itself.

        Code that runs between two instructions, such as a finaliser that the garbage collector calls, belongs
        to the first.

        Returns:
            The word; 0 when the step is complete but lies in a sealed chunk; None when the instruction of that
            word is still being executed.
        """
        words = self.words
        if words and words[-1] is word and len(words) != self._committed:
            words.pop()
            self.room += 1
            return word
        return 0 if self._sealed_word is word and len(words) == self._start else None
