"""Finds the state after any step quickly: from a keyframe, or from a state that is near already."""

from bisect import bisect_left, insort
from typing import Final

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.keyframe_states import KeyframeStates
from calcharo_vm.recording.keyframes import words_of
from calcharo_vm.recording.state import State

_NEAR_STEPS: Final = 64
_NEAR_KEPT: Final = 64
_NEAR_SIZE: Final = 1 << 12
_CURSORS: Final = 3
_MOST_WORDS_BETWEEN: Final = 1 << 23
_WORDS_A_STEP: Final = 4
"""How many words copying states may cost for each step read, where states are large."""

CONTRADICTIONS: Final = (
    AssertionError,
    AttributeError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
    ValueError,
)
"""What applying or reading words raises that make no sense."""


class Replay:
    """The states of a journal.

    The way to a step starts at the last keyframe before it, or at a state that is nearer. Where the journal has
    no keyframes, as JSON of other programs may, they are made on the way. Those of a journal are far apart, since
    making them costs the program time; more are made where somebody reads. Copies of states are kept around the last
    place that was reached by going back, so that walking backwards does not start over at every step.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._keyframes = KeyframeStates(journal)
        self._between = StatesBetween()
        self._near: dict[int, State] = {}
        self._cursors: list[State] = []
        self._reached = 0

    def after(self, step: int) -> State:
        """The state after a step; it is good until the next call.

        Raises:
            RecordingFormatError: The journal contradicts itself.
        """
        target = step + 1
        for cursor in self._cursors:
            if cursor.steps == target:
                return cursor
        try:
            state = self._nearest(target)
            self._advance(state, target)
        except CONTRADICTIONS as error:
            self._cursors.clear()
            message = f"step {step} of the recording contradicts those before it ({error!r}): record again"
            raise RecordingFormatError(message) from error
        return state

    def _nearest(self, target: int) -> State:
        """A cursor at or before a number of steps, taken from wherever the way is shortest."""
        keyframe = self._journal.keyframes.last_before(target)
        between = self._between.last_before(target)
        near = max((steps for steps in self._near if steps <= target), default=-1)
        ahead = max((cursor for cursor in self._cursors if cursor.steps <= target), key=_steps, default=None)
        if ahead is not None and (ahead.steps >= max(keyframe, between, near) or target - ahead.steps <= _NEAR_STEPS):
            state = ahead
            self._cursors.remove(state)
        elif near > max(keyframe, between):
            state = self._near[near].copy()
        elif between > keyframe:
            state = self._between.after(between)
        else:
            state = self._keyframes.after(keyframe)
        self._cursors.insert(0, state)
        del self._cursors[_CURSORS:]
        return state

    def _advance(self, state: State, target: int) -> None:
        goes_back = 0 < self._reached - target <= ops.CHUNK_STEPS
        self._reached = target
        while state.steps < target:
            stop = (state.steps // _NEAR_STEPS + 1) * _NEAR_STEPS if goes_back else target
            stop = min(stop, self._journal.end_of_chunk(state.steps))
            state.advance(min(stop, target))
            if state.steps == self._journal.end_of_chunk(state.steps - 1) < len(self._journal):
                self._make_keyframe(state)
            if goes_back and state.steps == stop:
                self._keep(state)

    def _make_keyframe(self, state: State) -> None:
        """Makes a keyframe at the end of a chunk, if there is none near."""
        keyframes = self._journal.keyframes
        if not keyframes.are_complete and state.steps >= keyframes.due:
            keyframes.add(state.steps, words_of(state))
        elif self._between.is_due(state.steps, keyframes.last_before(state.steps + 1)):
            self._between.add(state.copy())

    def _keep(self, state: State) -> None:
        interval = _NEAR_STEPS * (1 + state.size // _NEAR_SIZE)
        if state.steps % interval == 0 and state.steps not in self._near:
            self._near[state.steps] = state.copy()
            if len(self._near) > max(4, min(_NEAR_KEPT, _NEAR_KEPT * _NEAR_SIZE // (state.size + 1))):
                del self._near[next(iter(self._near))]


class StatesBetween:
    """States that a reader has come by between the keyframes of the journal; the latest ones are kept."""

    def __init__(self) -> None:
        self._states: dict[int, State] = {}
        self._steps: list[int] = []
        self._sizes: dict[int, int] = {}
        self._size = 0

    def last_before(self, steps: int) -> int:
        """The number of steps of the last one after fewer steps than that, 0 when there is none."""
        at = bisect_left(self._steps, steps)
        return self._steps[at - 1] if at else 0

    def after(self, steps: int) -> State:
        """The one after that number of steps; it is the caller's own."""
        return self._states[steps].copy()

    def is_due(self, steps: int, before: int) -> bool:
        """Returns whether one is wanted after so many steps, when the journal's own is after `before`."""
        last = self.last_before(steps + 1)
        size = self._states[last].size if last > before else 0
        return steps - max(last, before) >= max(ops.CHUNK_STEPS, size // _WORDS_A_STEP)

    def add(self, state: State) -> None:
        """Keeps one, and forgets the oldest where all of them come to too much."""
        self._states[state.steps] = state
        insort(self._steps, state.steps)
        self._sizes[state.steps] = size = sum(thing.length for thing in state.heap.values())
        self._size += size
        while self._size > _MOST_WORDS_BETWEEN and len(self._states) > 1:
            oldest = next(iter(self._states))
            del self._states[oldest]
            self._size -= self._sizes.pop(oldest)
            self._steps.remove(oldest)


def _steps(state: State) -> int:
    return state.steps
