"""Functions that native code calls, such as the key of a sort, executed without a frame where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.eval_loop import run
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.guest_code import builtins_of
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.frames import FrameRecord
from calcharo_vm.tiers.compiled.direct_code import make_frames_of_native
from calcharo_vm.tiers.compiled.resuming import only_pushes
from calcharo_vm.tiers.compiled.values import LETTERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.frames import ThreadRecord
    from calcharo_vm.recording.identity import Shade
    from calcharo_vm.recording.plan import Row

_DICT = id(dict)


Enter = Callable[["GuestCode", dict[str, object], tuple[object, ...], tuple[object, ...]], object]
"""Runs a function of a code object, with its globals, arguments and closure."""


def make_enter(recorder: Recorder) -> Enter:
    """Makes what runs a function that has a form without frames, called by native code with bound arguments.

    It returns `NULL` if the function has to have a frame, and nothing is done yet.
    """
    tape, by_id = recorder.tape, recorder.shadow.by_id
    pending = tape.pending
    make_way, go_on = _make_make_way(recorder), _make_go_on(recorder)
    run_in_frame = _make_run_in_frame(recorder)

    def enter(
        guest: GuestCode, globals_: dict[str, object], values: tuple[object, ...], cells: tuple[object, ...]
    ) -> object:
        context = guest.machine.context
        back, namespace = context.frame, by_id.get(id(globals_))
        if (
            back is None
            or recorder.collecting
            or context.depth >= context.limit
            or not recorder.is_usual
            or namespace is None
            or not namespace.count
            or namespace.type_address != _DICT
            or type(caller := back.record) is not FrameRecord
            or (thread := caller.thread) is not recorder.writer
            or thread.caught is not None
            or not _are_of(values, guest.signature)
        ):
            return NULL
        given, row = [*values], caller.row
        if (
            row is not None
            and thread.word
            and tape.room > 1
            and caller.held is None
            and only_pushes(row)
            and caller.top < caller.length - row[1] == len(back.stack)
        ):
            slots: dict[int, Shade] | None = go_on(row, given)
        else:
            slots, taken = make_way(back, given)
            if slots is None:
                return run_in_frame(guest, [*given, *guest.padding, *cells], globals_, thread, taken)
        pending.clear()
        recorder.running = None
        depth, scope = context.limit - context.depth - 1, namespace.token.stop
        word, thread.word = thread.word, 0
        try:
            builtins = builtins_of(globals_)
            result = guest.direct(
                given, slots, globals_, builtins, cells, depth, caller.number, scope, word, is_native=True
            )
        except BaseException as error:
            frame, innermost = make_frames_of_native(back, error, recorder)
        else:
            if guest.drops_in_order:
                given.reverse()  # a list drops its last item first
            return result
        return run(frame, innermost)

    return hidden(enter)


def _make_run_in_frame(recorder: Recorder) -> Callable[..., object]:
    def run_in_frame(
        guest: GuestCode,
        fast: list[object],
        globals_: dict[str, object],
        thread: ThreadRecord,
        taken: list[Shade] | None,
    ) -> object:
        """Runs the function in a frame: something has to be journalled in between."""
        frame = Frame(guest, fast, globals_, builtins_of(globals_), guest.machine.context)
        recorder.enter_from(frame, thread, taken)
        return run(frame, frame)

    return hidden(run_in_frame)


def _are_of(values: Sequence[object], signature: str) -> bool:
    """Returns whether `signature_of` gives that for arguments."""
    if len(values) + 2 != len(signature):  # which has parentheses
        return False
    for at, value in enumerate(values, 1):  # noqa: SIM110 - faster than all()
        if LETTERS.get(id(type(value)), "o") != signature[at]:
            return False
    return True


HoldAll = Callable[["Sequence[object]"], "dict[int, Shade]"]
"""Gives the recorded objects among arguments, which a frame holds from now on, by slot."""


def _make_hold_all(recorder: Recorder) -> HoldAll:
    shadow = recorder.shadow
    scalars, by_id, see = shadow.scalars, shadow.by_id, shadow.see

    def hold_all(values: Sequence[object]) -> dict[int, Shade]:
        slots = {}
        for slot, value in enumerate(values):
            cls = id(type(value))
            if cls not in scalars:
                shade = by_id.get(id(value))
                if shade is None or not shade.count or shade.epoch != shadow.epoch or shade.type_address != cls:
                    shade = see(value, shade)
                shade.count += 1
                slots[slot] = shade
        return slots

    return hold_all


def _make_go_on(recorder: Recorder) -> Callable[[Row, Sequence[object]], dict[int, Shade]]:
    put, zeros, purge_around = recorder.tape.words.append, recorder.shadow.zeros, recorder.shadow.purge_around
    hold_all = _make_hold_all(recorder)

    def go_on(row: Row, values: Sequence[object]) -> dict[int, Shade]:
        """Tells that an instruction whose native code has called before calls again; gives the function's slots."""
        if row[1]:
            put(0)
        if zeros:
            purge_around(values)
        return hold_all(values)

    return go_on


MakeWay = Callable[[Frame, "Sequence[object]"], "tuple[dict[int, Shade] | None, list[Shade] | None]"]
"""Journals what an instruction has done so far whose native code calls a function with arguments.

It gives the slots of the function, and what the instruction has taken from the stack; no slots, if the function has to
have a frame, since something is to be journalled in between.
"""


def _make_make_way(recorder: Recorder) -> MakeWay:
    tape, shadow = recorder.tape, recorder.shadow
    hold_all, zeros = _make_hold_all(recorder), shadow.zeros

    def make_way(back: Frame, values: Sequence[object]) -> tuple[dict[int, Shade] | None, list[Shade] | None]:
        thread, taken = recorder.make_way(back)
        if zeros:
            shadow.purge_around(values)
        if tape.room <= 1 or not thread.word or not recorder.is_usual:  # by what has just been journalled
            return None, taken
        slots = hold_all(values)
        if taken and any(shade.count <= taken.count(shade) for shade in taken):
            for shade in slots.values():
                shade.count -= 1
            return None, taken
        shadow.release_all(taken or ())
        return slots, taken

    return hidden(make_way)
