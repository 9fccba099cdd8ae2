"""Tests for what passes an exception on within a step: it is part of states and keyframes."""

from calcharo_vm.recording import ops
from calcharo_vm.recording.applying import apply
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.keyframes import words_of
from calcharo_vm.recording.state import FrameState, State


def state_with_a_frame() -> State:
    state = State(Journal(None))
    state.threads[0] = [5]
    state.frames[5] = FrameState(5, 0, 1, None, [])
    return state


def test_an_exception_of_an_earlier_step() -> None:
    state = state_with_a_frame()
    apply(state, (ops.RAISED_AGAIN, "KeyError", "k"), 0)
    apply(state, (ops.LEAVE, "UNWOUND"), 0)

    raised = state.raises[0]
    assert (raised.type_name, raised.message, raised.frame, raised.unwound) == ("KeyError", "k", 5, [0])
    assert raised.is_again


def test_an_exception_of_the_same_step() -> None:
    state = state_with_a_frame()
    for words in ((ops.RAISED, "KeyError", "k"), (ops.HANDLED, 0), (ops.CAUGHT, range(7))):
        apply(state, words, 0)
    assert state.raises[0].caught_in == 5

    apply(state, (ops.RAISED_AGAIN, "KeyError", "k"), 0)
    assert not state.raises[0].is_again
    assert (state.raises[0].caught_in, state.raises[0].word) == (-1, None)


def test_it_is_in_keyframes() -> None:
    for operation, is_again in ((ops.RAISED, False), (ops.RAISED_AGAIN, True)):
        state = state_with_a_frame()
        apply(state, (operation, "KeyError", "k"), 0)
        words, again, at = words_of(state), State(Journal(None)), 0
        while at < len(words):
            at = apply(again, words, at)

        assert again.raises == state.raises
        assert again.raises[0].is_again is is_again
