"""Journals what an instruction did to its frame: the general way, for any instruction."""

from collections.abc import Callable, Sequence
from typing import Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.effects import Effects
from calcharo_vm.recording.frames import CUT, FrameRecord, ObservedFrame
from calcharo_vm.recording.identity import Words
from calcharo_vm.recording.plan import BRANCH, FRESH, ITERATES, NOTHING, PREPARED, Row
from calcharo_vm.recording.shadow import Shadow

Settle = Callable[[ObservedFrame, FrameRecord, Row, int, int], None]
"""Journals all that the instruction of a row changed.

It gets the frame, its record, the row, the length of the stack before the instruction, and the index of the
next instruction.
"""

_STACK_ONLY = frozenset({NOTHING, ITERATES, FRESH})


class Changes(Protocol):
    """What settling leaves to the recorder."""

    effects: Effects

    def apply(self, frame: ObservedFrame, record: FrameRecord, row: Row) -> None:
        """Journals what an instruction of a frame changed beside the stack."""
        ...

    def rewrite(self, stack: Words, record: FrameRecord, kept: int) -> Sequence[object]:
        """Journals what lies on a stack above `kept` values, and returns the objects that lay there."""
        ...


def make_settle(shadow: Shadow, changes: Changes) -> Settle:
    """Makes the function that settles: a closure, because it finds what it needs fastest."""
    put, extend = shadow.log.append, shadow.log.extend
    scalars, by_id, zeros, purge = shadow.scalars, shadow.by_id, shadow.zeros, shadow.purge
    see, see_iterator, forget, release_all = shadow.see, shadow.see_iterator, shadow.forget, shadow.release_all
    apply, appliers, rewrite = changes.apply, changes.effects.appliers, changes.rewrite
    advances = Effect.ADVANCES
    store_op, branch_op, most_pushes = ops.STORE, ops.BRANCH, ops.MOST_PUSHES

    def settle(frame: ObservedFrame, record: FrameRecord, row: Row, length: int, following: int) -> None:
        stack = frame.stack
        _word, pops, act, detail = row
        base = length - pops
        now = len(stack)
        gone: Sequence[object] | None = None
        held = record.held if act <= PREPARED else None
        if held is not None and held[0] is advances:  # what went with them may have left its address to the result
            appliers[advances](frame, held)
            held = None
        if act >= 0 and now == base:
            gone = [record.slots.pop(act, None)]
            if record.top == base:
                (record.slots[act],) = record.take(base)
            extend((store_op, act))
            act = NOTHING
        elif 0 <= base <= now <= base + most_pushes:
            if record.top >= base:
                gone = record.take(base)
            if now != base:
                words = stack[base:]
                for at, value in enumerate(words):
                    cls = id(type(value))
                    if cls not in scalars:
                        shade = by_id.get(id(value))
                        if (
                            shade is None
                            or not shade.count
                            or shade.epoch != shadow.epoch
                            or shade.type_address != cls
                            or act == FRESH
                        ):
                            if act == FRESH and shade is not None:
                                forget(shade)
                                shade = None
                            if act == ITERATES:
                                shade = see_iterator(value, shade, gone[0] if gone else None)
                            else:
                                shade = see(value, shade)
                        shade.count += 1
                        record.places.append(base + at)
                        record.shades.append(shade)
                        record.top = base + at
                        words[at] = shade.token
                extend((len(words), *words))
            elif pops:
                put(0)
        else:
            kept = record.kept if length == CUT else max(base, 0)
            gone = rewrite(stack, record, min(kept, now))
        if act == BRANCH:
            extend((branch_op, detail == following))
        elif held is not None:
            appliers[held[0]](frame, held)
        elif act > PREPARED and act not in _STACK_ONLY:
            apply(frame, record, row)
        if gone:
            release_all(gone)
        if zeros:
            purge()

    return settle
