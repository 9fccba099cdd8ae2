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
from calcharo_vm.tiers.compiled.values import SCALAR_IDS, signature_of

if TYPE_CHECKING:
    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.frames import ThreadRecord
    from calcharo_vm.recording.identity import Shade

_DICT = id(dict)


Enter = Callable[["GuestCode", dict[str, object], tuple[object, ...], tuple[object, ...]], object]
"""Runs a function of a code object, with its globals, arguments and closure."""


def make_enter(recorder: Recorder) -> Enter:
    """Makes what runs a function that has a form without frames, called by native code with bound arguments.

    It returns `NULL` if the function has to have a frame, and nothing is done yet.
    """
    return _Entry(recorder).enter


class _Entry:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder, self._tape, self._shadow = recorder, recorder.tape, recorder.shadow
        self._zeros, self._pending = recorder.shadow.zeros, recorder.tape.pending

    @hidden
    def enter(
        self, guest: GuestCode, globals_: dict[str, object], values: tuple[object, ...], cells: tuple[object, ...]
    ) -> object:
        context, recorder = guest.machine.context, self._recorder
        back, namespace = context.frame, self._shadow.by_id.get(id(globals_))
        if (
            back is None
            or context.depth >= context.limit
            or not self._is_usual(back.record)
            or not _is_recorded(namespace)
            or guest.signature != signature_of(values)
        ):
            return NULL
        thread, taken = recorder.make_way(back)
        given: list[object] = [*values]
        if self._zeros:
            self._shadow.purge_around(values)
        if self._tape.room <= 1 or not thread.word or not recorder.is_usual:  # by what has just been journalled
            return self._run(guest, [*given, *guest.padding, *cells], globals_, thread, taken)
        slots = self._slots(given)
        if taken and any(shade.count <= taken.count(shade) for shade in taken):
            for shade in slots.values():
                shade.count -= 1
            return self._run(guest, [*given, *guest.padding, *cells], globals_, thread, taken)
        self._shadow.release_all(taken or ())
        if self._zeros:
            self._shadow.purge()
        self._pending.clear()
        recorder.running = None
        depth, scope = context.limit - context.depth - 1, namespace.token.stop  # type: ignore[union-attr] # it is there
        caller, word, thread.word = back.record.number, thread.word, 0
        try:
            builtins = builtins_of(globals_)
            result = guest.direct(given, slots, globals_, builtins, cells, depth, caller, scope, word, is_native=True)
        except BaseException as error:
            frame, innermost = make_frames_of_native(back, error, recorder)
        else:
            if guest.drops_in_order:
                given.reverse()  # a list drops its last item first
            return result
        return run(frame, innermost)

    def _is_usual(self, caller: object) -> bool:
        """Returns whether a frame is recorded that nothing has to be settled for before another is entered."""
        recorder = self._recorder
        if type(caller) is not FrameRecord or not recorder.is_usual:
            return False
        return caller.thread is recorder.writer and caller.thread.caught is None

    @hidden
    def _run(
        self,
        guest: GuestCode,
        fast: list[object],
        globals_: dict[str, object],
        thread: ThreadRecord,
        taken: list[Shade] | None,
    ) -> object:
        """Runs the function in a frame: something has to be journalled in between."""
        frame = Frame(guest, fast, globals_, builtins_of(globals_), guest.machine.context)
        self._recorder.enter_from(frame, thread, taken)
        return run(frame, frame)

    def _slots(self, given: list[object]) -> dict[int, Shade]:
        """The recorded objects among arguments, which the frame holds from now on."""
        hold = self._shadow.hold
        return {
            slot: hold(value)  # type: ignore[misc] # it is no scalar
            for slot, value in enumerate(given)
            if id(type(value)) not in SCALAR_IDS
        }


def _is_recorded(namespace: Shade | None) -> bool:
    """Returns whether a module's dictionary is recorded."""
    return namespace is not None and namespace.count > 0 and namespace.type_address == _DICT
