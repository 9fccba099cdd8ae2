"""Follows a journal while it is written: the state that it gives, step by step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.applying import apply
from calcharo_vm.recording.state import State

if TYPE_CHECKING:
    from calcharo_vm.recording.recorder import Recorder


class FollowingState(State):
    """The state after the last complete step of a journal that grows.

    It is made from the words alone, as it is for whoever reads the recording later.
    """

    def __init__(self, recorder: "Recorder") -> None:
        super().__init__(recorder.journal)
        self._open_words = recorder.log
        self._followed_chunks = 0
        self._followed = 0
        self._last: object = None  # the word that ended the last step
        self._goes_on = False
        self.begun: set[object] = set()
        """The frames that have been entered or resumed since the last complete step."""

    def catch_up(self) -> None:
        """Applies the steps that have been completed since the last time."""
        self._pops, self._owners = self.journal.pops, self.journal.owners
        chunks = self.journal.chunks
        while self._followed_chunks < len(chunks):
            self._follow(chunks[self._followed_chunks])
            self._followed_chunks += 1
            self._followed, self._last = 0, None
        self._follow(self._open_words)

    def _follow(self, words: Sequence[object]) -> None:
        if self._last is not None and words[self._followed - 1] is not self._last:
            self._followed -= 1  # the step went on after its end: code ran that belongs to it
            self._goes_on = True
        start = at = self._followed
        thread = self.thread
        while at < len(words):
            word = words[at]
            assert isinstance(word, int)
            if word >= ops.FIRST_STEP:
                self._take_step(words, start, at, thread)
                start = self._followed = at + 1
                self._last = word
                self.begun.clear()
            elif word in (ops.ENTER, ops.RESUME):
                self.begun.add(words[at + 1])
            elif word == ops.THREAD:
                thread = words[at + 1]  # type: ignore[assignment] # an operand of this operation is an int
            at += ops.length(words, at)

    def _take_step(self, words: Sequence[object], start: int, end: int, thread: int) -> None:
        if self._goes_on:
            self._goes_on = False
            self.steps -= 1
        else:
            self._begin(thread, words[end] - ops.FIRST_STEP)  # type: ignore[operator] # a step's last word is an int
        while start < end:
            start = apply(self, words, start)
        self._complete()
