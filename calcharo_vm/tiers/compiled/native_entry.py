"""Functions that native code calls, such as the key of a sort, executed without a frame where that is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.eval_loop import run
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.guest_code import builtins_of
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.frames import FrameRecord
from calcharo_vm.tiers.compiled.direct_code import make_frames_of_native
from calcharo_vm.tiers.compiled.values import SCALAR_IDS, signature_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.identity import Shade

_DICT = id(dict)


def make_enter(recorder: Recorder) -> Callable[[GuestCode, dict[str, object], tuple[object, ...]], object]:
    """Makes what runs a function that has a form without frames, called by native code with bound arguments.

    It returns `NULL` if the function has to have a frame, and nothing is done yet.
    """
    shadow, tape = recorder.shadow, recorder.tape
    by_id, zeros, pending, hold = shadow.by_id, shadow.zeros, tape.pending, shadow.hold

    def enter(guest: GuestCode, globals_: dict[str, object], values: tuple[object, ...]) -> object:
        context = guest.machine.context
        back = context.frame
        namespace = by_id.get(id(globals_))
        if back is None or type(back.record) is not FrameRecord or not recorder.is_usual:
            return NULL
        caller = back.record
        if (
            (caller.row is None and caller.held is None)
            or caller.thread is not recorder.writer
            or caller.thread.caught is not None
            or namespace is None
            or not namespace.count
            or namespace.type_address != _DICT
            or context.depth >= context.limit
            or guest.signature != signature_of(values)
        ):
            return NULL
        thread = recorder.sync_caller(back)
        given: list[object] = [*values]
        builtins = builtins_of(globals_)
        if zeros:
            shadow.purge_around(values)
        if tape.room <= 1 or not thread.word or not recorder.is_usual:  # by what has just been journalled
            frame = Frame(guest, given + guest.padding, globals_, builtins, context)
            recorder.enter_from(frame, thread)
            return run(frame, frame)
        slots: dict[int, Shade] = {
            slot: hold(value)  # type: ignore[misc] # it is no scalar
            for slot, value in enumerate(given)
            if id(type(value)) not in SCALAR_IDS
        }
        if zeros:
            shadow.purge()
        pending.clear()
        recorder.running = None
        scope = namespace.token.stop
        word, thread.word = thread.word, 0
        depth = context.limit - context.depth - 1
        try:
            result = guest.direct(given, slots, globals_, builtins, depth, caller.number, scope, word, is_native=True)
        except BaseException as error:
            frame, innermost = make_frames_of_native(back, error, recorder)
        else:
            if guest.drops_in_order:
                given.reverse()  # a list drops its last item first
            return result
        return run(frame, innermost)

    return hidden(enter)
