"""The hook that runs before every instruction: the hot path of recording.

It is a closure because that is the fastest thing Python has: everything it needs is in cells. What
is rare is left to the recorder.
"""

import threading
from collections.abc import Callable
from typing import Protocol

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frames import CUT, FrameRecord, ObservedFrame
from calcharo_vm.recording.identity import Words
from calcharo_vm.recording.plan import BRANCH, FRESH, NOTHING
from calcharo_vm.recording.shadow import Shadow


class Owner(Protocol):
    """What the hook leaves to the recorder."""

    running: FrameRecord | None
    shadow: Shadow
    lock: threading.RLock
    log: Words

    def arrive(self, frame: ObservedFrame, record: FrameRecord, index: int) -> None:
        """Completes the step before, and makes a frame the thread's innermost and running one."""
        ...

    def apply(self, frame: ObservedFrame, record: FrameRecord, act: int) -> None:
        """Journals what the frame's instruction changed beside the stack."""
        ...

    def rewrite(self, stack: Words, record: FrameRecord, kept: int) -> Words:
        """Journals what lies on a stack above `kept` values, and returns the objects that lay there."""
        ...

    def seal(self) -> None:
        """Closes the chunk of words written so far."""
        ...


@attrs.frozen
class Hook:
    """The hook and what belongs to it.

    Attributes:
        instruction: Is told of each instruction before it executes.
        settle: Journals all that the instruction a frame is at changed.
        share: Makes the hook take the lock from now on.
        commit: Completes a step by writing its last word.
        steps: Returns the number of complete steps.
    """

    instruction: Callable[[ObservedFrame, int], None]
    settle: Callable[[ObservedFrame, FrameRecord, int], None]
    share: Callable[[], None]
    commit: Callable[[int], None]
    steps: Callable[[], int]


def make_hook(owner: Owner) -> Hook:
    """Makes the hook of a recorder."""
    shadow, lock, extend, put = owner.shadow, owner.lock, owner.log.extend, owner.log.append
    scalars, by_id, zeros, purge = shadow.scalars, shadow.by_id, shadow.zeros, shadow.purge
    release, release_all = shadow.release, shadow.release_all
    see, forget = shadow.see, shadow.forget
    arrive, seal, apply, rewrite = owner.arrive, owner.seal, owner.apply, owner.rewrite
    is_shared = is_inside = False
    store_op, branch_op, most = ops.STORE, ops.BRANCH, ops.CHUNK_STEPS
    most_pushes = ops.MOST_PUSHES
    sealed, room = 0, ops.CHUNK_STEPS

    def instruction(frame: ObservedFrame, index: int) -> None:
        nonlocal is_inside, room
        is_inside = True
        is_locked = is_shared
        if is_locked:
            is_inside = False
            lock.acquire()
        try:
            record: FrameRecord = frame.record  # type: ignore[assignment]
            stack = frame.stack
            length = len(stack)
            if record is not owner.running:
                arrive(frame, record, index)
            else:
                word, pops, act, _ = record.row
                base = record.length - pops
                if length == base + 1 and act == -1:  # NOTHING
                    value = stack[base]
                    cls = type(value)
                    if cls is int or cls is bool or id(cls) in scalars:
                        if record.top < base:
                            extend((1, value, word))
                        else:
                            extend((1, value))
                            release_all(record.take(base))
                            if zeros:
                                purge()
                            put(word)
                    else:
                        shade = by_id.get(id(value))
                        if record.top < base and shade is not None and shade.count and shade.epoch == shadow.epoch:
                            shade.count += 1
                            record.places.append(base)
                            record.shades.append(shade)
                            record.top = base
                            extend((1, shade.token, word))
                        else:
                            settle(frame, record, index)
                            put(word)
                elif act >= 0 and length == base:
                    slots = record.slots
                    gone = slots.pop(act, None) if slots else None
                    if record.top == base:
                        (slots[act],) = record.take(base)  # type: ignore[assignment]
                    if gone is None:
                        extend((store_op, act, word))
                    else:
                        extend((store_op, act))
                        release(gone)
                        if zeros:
                            purge()
                        put(word)
                elif length == base > record.top and (act == NOTHING or act == BRANCH):
                    if act == BRANCH:
                        extend((0, branch_op, record.detail == index, word))
                    elif pops:
                        extend((0, word))
                    else:
                        put(word)
                else:
                    settle(frame, record, index)
                    put(word)
                room -= 1
                if not room:
                    start_chunk()
            record.length = length
            record.row = row = record.rows[index]
            prepared = row[3]
            if prepared is not None:
                prepare, detail, plain = prepared
                held = prepare(record, stack, detail)
                if held is None:
                    record.row = plain
                else:
                    record.held = held
        finally:
            if is_locked:
                lock.release()
            is_inside = False

    def settle(frame: ObservedFrame, record: FrameRecord, index: int) -> None:
        stack = frame.stack
        length = len(stack)
        _word, pops, act, _ = record.row
        base = record.length - pops
        gone: Words | None = None
        if 0 <= base <= length <= base + most_pushes:
            words = stack[base:]
            if record.top >= base:
                gone = record.take(base)
            place = base
            for value in words:
                if id(type(value)) not in scalars:
                    shade = by_id.get(id(value))
                    if shade is None or not shade.count or shade.epoch != shadow.epoch or act == FRESH:
                        if act == FRESH and shade is not None:
                            forget(shade)
                            shade = None
                        shade = see(value, shade)
                    shade.count += 1
                    record.places.append(place)
                    record.shades.append(shade)
                    record.top = place
                    words[place - base] = shade.token
                place += 1
            if words:
                put(len(words))
                extend(words)
            elif pops:
                put(0)
        else:
            kept = record.kept if record.length == CUT else max(base, 0)
            gone = rewrite(stack, record, min(kept, length))
        if act == BRANCH:
            extend((branch_op, record.detail == index))
        elif act != NOTHING and act != FRESH:
            apply(frame, record, act)
            record.held = None
        if gone:
            release_all(gone)
        if zeros:
            purge()

    def share() -> None:
        nonlocal is_shared
        is_shared = True
        while is_inside:  # the only thread so far is journalling a step without the lock
            threading.Event().wait(0)

    def commit(word: int) -> None:
        nonlocal room
        put(word)
        room -= 1
        if not room:
            start_chunk()

    def start_chunk() -> None:
        nonlocal room, sealed
        sealed += most
        room = most
        seal()

    def steps() -> int:
        return sealed + most - room

    return Hook(instruction, settle, share, commit, steps)
