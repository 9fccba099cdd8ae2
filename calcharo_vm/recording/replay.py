"""Finds the state after any step quickly: keyframes, made on the way, and cursors that move forward."""

from bisect import bisect_right
from typing import Final

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.state import State

_KEYFRAME_STEPS: Final = 1024
_NEAR_STEPS: Final = 64
_NEAR_KEPT: Final = 64
_CURSORS: Final = 3


class Replay:
    """The states of a journal.

    A keyframe is kept every thousand steps, or more when the state is large, so that all keyframes
    together stay in proportion to the journal. Close keyframes are kept around the last place that
    was reached by going back, so that walking backwards does not start over at every step.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._keyframes: list[State] = [State(journal)]
        self._near: dict[int, State] = {}
        self._cursors: list[State] = []

    def after(self, step: int) -> State:
        """The state after a step; it is good until the next call.

        Raises:
            RecordingFormatError: The journal contradicts itself.
        """
        target = step + 1
        for cursor in self._cursors:
            if cursor.steps == target:
                return cursor
        state = self._nearest(target)
        try:
            self._advance(state, target)
        except (AssertionError, AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
            message = f"step {state.steps} of the recording contradicts those before it ({error!r}): record again"
            raise RecordingFormatError(message) from error
        return state

    def _nearest(self, target: int) -> State:
        """A cursor at or before a number of steps, taken from wherever the way is shortest."""
        at = bisect_right(self._keyframes, target, key=lambda state: state.steps) - 1
        best = self._keyframes[at]
        near = max((steps for steps in self._near if steps <= target), default=-1)
        if near > best.steps:
            best = self._near[near]
        ahead = [cursor for cursor in self._cursors if best.steps <= cursor.steps <= target]
        if ahead:
            state = max(ahead, key=lambda cursor: cursor.steps)
            self._cursors.remove(state)
        else:
            state = best.copy()
        self._cursors.insert(0, state)
        del self._cursors[_CURSORS:]
        return state

    def _advance(self, state: State, target: int) -> None:
        goes_back = target < self._keyframes[-1].steps
        while state.steps < target:
            stop = (state.steps // _NEAR_STEPS + 1) * _NEAR_STEPS
            state.advance(min(stop, target))
            if state.steps == stop:
                self._keep(state, goes_back=goes_back)

    def _keep(self, state: State, *, goes_back: bool) -> None:
        last = self._keyframes[-1].steps
        if state.steps >= last + max(_KEYFRAME_STEPS, state.size):
            self._keyframes.append(state.copy())
        elif goes_back and state.size < _KEYFRAME_STEPS and state.steps not in self._near:
            self._near[state.steps] = state.copy()
            if len(self._near) > _NEAR_KEPT:
                del self._near[next(iter(self._near))]
