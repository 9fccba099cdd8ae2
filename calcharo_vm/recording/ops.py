"""The words of the journal: what each operation is called and what follows it.

The journal of a step is a flat run of words: an operation, then its operands. Scalars stand for
themselves. An object with an identity is `range(oid)`: of the built-in types that the cyclic
garbage collector ignores, `range` is the one that holds a number and is never recorded as a scalar.
"""

from collections.abc import Sequence
from typing import Final

MOST_PUSHES: Final = 7
"""0 to 7: the instruction's operands are gone from the stack and that many words are pushed."""
STACK: Final = 8
"""kept, n, words: the stack is cut to `kept` values, then `n` words are pushed."""
FAST: Final = 9
"""slot, word: a fast local slot is set; NULL when it is unbound."""
ENTER: Final = 10
"""frame, code, globals, namespace or None, n, words: a frame starts, on top of its thread's."""
LEAVE: Final = 11
"""name of the `Leave`: the thread's top frame is left."""
RESUME: Final = 12
"""frame: a suspended frame is on top of its thread again."""
GONE: Final = 13
"""frame: a suspended frame has been thrown away."""
THREAD: Final = 14
"""thread: what follows happened on this thread."""
RAISED: Final = 15
"""type name, message: the instruction, or the call the frame is at, raised."""
HANDLED: Final = 16
"""depth: a handler takes over; values from this depth on have been replaced."""
OUT: Final = 17
"""text: written to standard output."""
ERR: Final = 18
"""text: written to standard error."""
SAMPLE: Final = 19
"""resident bytes, CPU seconds of the thread."""
NEW: Final = 20
"""oid, kind, type name, name: an object is seen for the first time, empty as yet."""
ITEMS: Final = 21
"""oid, start, stop, n, words: items start to stop of a sequence become these."""
KEY: Final = 22
"""oid, key, value: an entry of a mapping is set."""
UNKEY: Final = 23
"""oid, key: an entry of a mapping is deleted."""
TABLE: Final = 24
"""oid, n, keys and values in turn: all entries of a mapping are replaced."""
FIELD: Final = 25
"""oid, name, value: an attribute is set."""
UNFIELD: Final = 26
"""oid, name: an attribute is deleted."""
FIELDS: Final = 27
"""oid, n, names and values in turn: all attributes are replaced."""
DROP: Final = 28
"""oid: nothing that is recorded refers to the object any more."""
BRANCH: Final = 29
"""taken: the conditional jump of the thread's top frame jumped, or did not."""

STORE: Final = 30
"""slot: the value on top of the stack moves to a fast local slot."""

RUNS: Final = 31
"""oid, frame: the object is a generator or coroutine, and that is the frame it runs."""
CAUGHT: Final = 32
"""word: the exception that the handler takes over from `HANDLED`."""
ADVANCED: Final = 33
"""The iterator that FOR_ITER works on, and those that it takes its values from, are one value further."""
BEGUN: Final = 34
"""oid, word: an iterator is at the start of what that word stands for."""

SLOT: Final = 35
"""frame, slot, word: a fast local slot of any frame is set."""

RAISED_AGAIN: Final = 36
"""type name, message: the frame passes on what one of its handlers had taken over, and is about to be left.

Where steps are instructions, there is one for that (RERAISE), and RAISED is said of it."""

FRAME: Final = 40
"""frame, code, globals, namespace or None, instruction, base, depth, slots, n, words: a frame as it is, slots first.

The instruction is the one it is at, -1 for none; it leaves `base` of the stack alone, which was `depth` long.
This operation and those below are in keyframes alone.
"""
RUNNING: Final = 41
"""thread, next, n, frames: the frames of a thread, innermost last; its next step is executed in `next`, -1 for none."""
LEFT: Final = 42
"""depth, frame, is over: the thread's step, which is not complete, has left that frame, for good or not."""
RAISING: Final = 43
"""is caught, type name, message, frame, frame of the handler or -1, word, n, codes of the frames it left: an exception
that the thread's step, which is not complete, raised, or that the thread's next step begins to handle; not caught but
None if the step passes it on, and `...` if its step is complete while what the handler cuts off is still let go."""
WRITTEN: Final = 44
"""characters, characters: how much had been written to standard output and standard error."""
KEPT: Final = 45
"""thread: the objects so far are what the frames held that the thread's step has left, which is not complete."""
BASE: Final = 46
"""steps, n, oids: these objects are as in the keyframe after that many steps, the base; it comes first of all.

A base has no base itself."""
SINCE: Final = 47
"""oid: the object holds what the base has for it, with what the steps since have changed; its fields are told anew."""

FIRST_STEP: Final = 64
"""This and above: the words of a step end; it executed the instruction of that number, less this one."""

MOST_FOLDED: Final = 63
"""The most values that a run of folded words has, see `folding`."""

CHUNK_STEPS: Final = 1024
"""A chunk is sealed when it has that many steps, or fewer where a keyframe comes between."""

_FIXED: Final = {
    FAST: 3,
    LEAVE: 2,
    RESUME: 2,
    GONE: 2,
    THREAD: 2,
    RAISED: 3,
    RAISED_AGAIN: 3,
    HANDLED: 2,
    OUT: 2,
    ERR: 2,
    SAMPLE: 3,
    NEW: 5,
    KEY: 4,
    UNKEY: 3,
    FIELD: 4,
    UNFIELD: 3,
    DROP: 2,
    BRANCH: 2,
    STORE: 2,
    RUNS: 3,
    CAUGHT: 2,
    ADVANCED: 1,
    BEGUN: 3,
    LEFT: 4,
    KEPT: 2,
    WRITTEN: 3,
    SLOT: 4,
    SINCE: 2,
}
_COUNTED: Final = {STACK: 3, ENTER: 6, ITEMS: 5, TABLE: 3, FIELDS: 3, FRAME: 10, RUNNING: 4, RAISING: 8, BASE: 3}
"""Operations whose last fixed word, at the end of that many, is the number of words that follow."""

LENGTHS: Final = [_FIXED.get(operation, 0) for operation in range(FIRST_STEP)]
"""The number of words of each operation, itself included; 0 where `length` has to be asked."""
LENGTHS[: MOST_PUSHES + 1] = range(1, MOST_PUSHES + 2)


def length(words: Sequence[object], at: int) -> int:
    """The number of words of the operation that starts at `at`, itself included; those of a run of folded words."""
    operation = words[at]
    assert isinstance(operation, int)
    if operation >= FIRST_STEP:
        return 1
    if operation < 0:
        return 1 + (-1 - operation) % (MOST_FOLDED + 1)
    if LENGTHS[operation]:
        return LENGTHS[operation]
    fixed = _COUNTED[operation]
    count = words[at + fixed - 1]
    assert isinstance(count, int)
    assert count >= 0
    return fixed + count
