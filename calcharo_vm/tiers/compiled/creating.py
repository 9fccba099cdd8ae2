"""Calls of functions that do nothing but make a generator or coroutine of their frame."""

from __future__ import annotations

from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.generators import make_generator
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.recording import ops
from calcharo_vm.recording.anatomy import name_of
from calcharo_vm.recording.quick_objects import make_new
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FunctionType

    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.frames import FrameRecord
    from calcharo_vm.recording.identity import Shade

_KINDS = {id(GeneratorType): HeapKind.GENERATOR, id(CoroutineType): HeapKind.COROUTINE}


def make_create(recorder: Recorder) -> Callable[..., object]:
    """Makes what calls such a function with exactly the arguments it takes, and tells all that is to be told."""
    plans, begin, tape, shadow = recorder.plans, recorder.calls.begin, recorder.tape, recorder.shadow
    extend, tell_turn, by_id, hold = tape.words.extend, recorder.turns.extend, shadow.by_id, shadow.hold
    zeros, purge, suspended, new = shadow.zeros, shadow.purge, recorder.suspended, make_new(shadow)

    def create(
        frame: Frame,
        index: int,
        function: FunctionType,
        guest: GuestCode,
        arguments: list[object],
        taken: tuple[Shade, ...],
    ) -> object:
        caller: FrameRecord = frame.record
        frame.ip = index + 1
        arguments += guest.padding
        arguments += function.__closure__ or ()
        globals_, plan = function.__globals__, plans[id(guest.code)]
        made = Frame(guest, arguments, globals_, function.__builtins__, frame.context)  # type: ignore[attr-defined, unused-ignore] # it has
        begin(made, caller, plan, caller.namespaces[0], taken, caller.plan.rows[index][0])
        record: FrameRecord = made.record
        at = 0
        if guest.code.co_freevars:  # COPY_FREE_VARS comes first
            for slot in range(len(arguments) - len(guest.code.co_freevars), len(arguments)):
                extend((ops.FAST, slot, record.slots[slot].token))
            tape.commit(plan.rows[0][0])
            at = 1
        made.function = function
        generator = make_generator(made)
        made.back, made.ip, record.row = None, at + 1, plan.rows[at]
        extend((ops.LEAVE, "SUSPENDED"))
        caller.thread.frames.pop()
        tell_turn((tape.reach - tape.room + 1, caller.number))
        suspended(made)
        kind = _KINDS.get(id(type(generator)))
        if kind is None or id(generator) in by_id:
            token = hold(generator).token  # type: ignore[attr-defined] # it is no scalar
        else:
            name, type_name = name_of(generator, kind), shadow.anatomy.of(type(generator)).name
            shade = new(generator, kind, type_name, [], name)
            shade.frame = record.number
            oid = shade.token.stop
            extend((ops.NEW, oid, kind.value, type_name, name, ops.RUNS, oid, record.number))
            token = shade.token
        extend((1, token))
        if zeros:
            purge()
        tape.commit(plan.rows[at][0])
        recorder.running = caller
        return generator

    return hidden(create)
