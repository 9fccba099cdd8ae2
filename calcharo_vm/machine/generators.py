"""Generators, coroutines and asynchronous generators.

The guest sees a host generator of the right kind. Its code is a stub that resumes the guest's frame for
each value, and delivers what is thrown in, GeneratorExit too, to the guest's suspended instruction.
"""

from __future__ import annotations

import sys
from functools import cache, partial
from sys import _getframe  # not from the module later on, which has another for the program
from types import AsyncGeneratorType, CodeType, CoroutineType, FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any

from calcharo_vm.code import decode
from calcharo_vm.code.decoded import RESUME_PLACE_MASK
from calcharo_vm.code.exception_table import encode_entry, parse_exception_table
from calcharo_vm.code.metadata import OPCODES, TABLE
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.eval_loop import execute, leave_frame, recursion_error, reraise, resume_handlers, unwind
from calcharo_vm.machine.failures import calls_only_ours, is_internal
from calcharo_vm.machine.guest_code import (
    CO_ASYNC_GENERATOR,
    CO_COROUTINE,
    CO_GENERATOR,
    CO_ITERABLE_COROUTINE,
)
from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.signals import ENDED, PAUSED, UNWOUND, YIELDED, Signal
from calcharo_vm.machine.tracebacks import (
    GuestReference,
    StubMarker,
    add_traceback_entry,
    drop_unseen_mirror,
    is_machine_code,
    strip_machine_entries,
)
from calcharo_vm.machine.tracing import tell_throw

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.guest_code import GuestCode

_KINDS = CO_GENERATOR | CO_COROUTINE | CO_ITERABLE_COROUTINE | CO_ASYNC_GENERATOR
_STUB = """
{prefix}def drive(frame):
    try:
        while "driver".resume(frame):
            try:
                frame.sent = yield frame.stack.pop()
            except "driver".BaseException:
                "driver".catch(frame)
    except "driver".BaseException:
        "driver".fail(frame)
        raise
    {result}
"""
_START_UNITS = 2
"""The length of what a stub does before it runs, in code units: RETURN_GENERATOR and POP_TOP."""


class GeneratorState:
    """Is what a generator's frame carries between two values.

    Attributes:
        thrown: The exception to raise at the suspended instruction, when the frame goes on.
        caller: The native frame that the ended frame has as its caller, if it was one.
    """

    __slots__ = ("caller", "thrown")

    def __init__(self) -> None:
        self.thrown: BaseException | None = None
        self.caller: FrameType | None = None


def make_generator(frame: Frame) -> Any:
    """The host generator, coroutine or asynchronous generator that runs a frame."""
    guest = frame.guest
    function = frame.function
    flags = guest.code.co_flags if function is None else function.__code__.co_flags
    stub = FunctionType(_stub_of(guest, flags & _KINDS), frame.globals)
    if function is not None:
        stub.__name__ = function.__name__
        stub.__qualname__ = function.__qualname__
        frame.function = None
    frame.generator = GeneratorState()
    if sys.get_coroutine_origin_tracking_depth():
        from calcharo_vm.machine.frame_views import make_coroutine  # noqa: PLC0415 - few programs need it

        return make_coroutine(frame.context, partial(stub, frame))
    return stub(frame)


def _stub_of(guest: GuestCode, kind: int) -> CodeType:
    known = guest.generator_stubs.get(kind)
    if known is None:
        code = guest.code
        driver = Driver(guest)
        template = _stub_template(bool(kind & CO_ASYNC_GENERATOR))
        known = guest.generator_stubs[kind] = template.replace(
            co_name=code.co_name,
            co_qualname=code.co_qualname,
            co_filename=code.co_filename,
            co_firstlineno=code.co_firstlineno,
            co_flags=template.co_flags & ~_KINDS | kind,
            co_consts=(*(driver if constant == "driver" else constant for constant in template.co_consts), driver),
        )
    return known


@cache
def _stub_template(is_asynchronous: bool) -> CodeType:
    prefix, result = ("async ", "") if is_asynchronous else ("", "return frame.take_result()")
    source = _STUB.format(prefix=prefix, result=result)
    code = compile(source, __file__, "exec", dont_inherit=True, optimize=0)
    stub = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    stub = stub.replace(co_exceptiontable=_covering_start(stub.co_exceptiontable))
    return _without_wrapping(stub) if is_asynchronous else stub


def _covering_start(table: bytes) -> bytes:
    """An exception table that covers the stub's start too: there an exception thrown before it ran is raised.

    What makes a RuntimeError of a StopIteration (PEP 479) is left out: the guest's own code does it.
    """
    entries = [entry for entry in parse_exception_table(table) if entry.depth or not entry.lasti]
    start = entries[0]._replace(start=0, end=2 * _START_UNITS)
    return b"".join(map(encode_entry, [start, *entries]))


def _without_wrapping(code: CodeType) -> CodeType:
    """A copy that yields values as they are: the guest has wrapped those that it does not await."""
    units = bytearray(code.co_code)
    decoded = decode(code)
    nop = OPCODES["NOP"]
    for number, oparg, offset in zip(decoded.opcodes, decoded.opargs, decoded.offsets, strict=True):
        name = TABLE.OPNAMES[number]
        if name == "ASYNC_GEN_WRAP" or (name == "CALL_INTRINSIC_1" and oparg == _ASYNC_GEN_WRAP):
            units[offset : offset + 2] = bytes([nop, 0])
    return code.replace(co_code=bytes(units))


_ASYNC_GEN_WRAP = 4  # the argument of CALL_INTRINSIC_1
_WRAPPING = ("ASYNC_GEN_WRAP", 0) if sys.version_info < (3, 12) else ("CALL_INTRINSIC_1", _ASYNC_GEN_WRAP)


_ENDED_FRAMES_KEEP_CALLERS = (3, 12) <= sys.version_info < (3, 14)
"""Whether a generator's frame that has ended knows who resumed it last (CPython's `take_ownership`)."""


def resume(frame: Frame) -> bool:
    """Runs a generator's frame on; True when it yielded a value, which then lies on its stack.

    Raises:
        BaseException: What the frame raised.
    """
    context = frame.guest.machine.context
    if context.depth >= context.limit:
        raise recursion_error()
    frame.context = context
    frame.back = context.frame
    frame.entry = True
    context.depth += 1
    context.frame = frame
    observer = context.machine.observer
    if observer is not None:
        observer.frame_resumed(frame)
    signal = None
    try:
        if frame.generator.thrown is None:
            frame.stack.append(frame.sent)
            frame.sent = None
            signal = resume_handlers(frame, frame.handled) if frame.handled else execute(frame)
        else:
            signal = _throw_into(frame)
    finally:
        leave(frame, signal)
    if signal is PAUSED or signal is ENDED:
        context.machine.tier.left(frame)
    elif observer is not None:
        observer.frame_left(frame, signal)
    return hand_over(frame, signal)


def leave(frame: Frame, signal: Signal | None) -> None:
    """Takes a generator's frame, which `resume` or its like has entered, from the frames that execute."""
    context = frame.context
    context.frame = frame.back
    if signal in _PAUSING or not _ENDED_FRAMES_KEEP_CALLERS:
        frame.back = None
    elif frame.mirror is not None:
        _keep_native_caller(frame)
    context.depth -= 1


def hand_over(frame: Frame, signal: Signal) -> bool:
    """Puts what a generator's frame has yielded on its stack, and returns True; ends the frame if that is over.

    Raises:
        BaseException: What the frame raised.
    """
    if signal in _PAUSING:
        frame.stack.append(frame.take_result())
        if frame.mirror is not None:
            drop_unseen_mirror(frame)
        return True
    leave_frame(frame)
    frame.fast = []
    if signal is UNWOUND:
        reraise(frame.take_result())
    return False


_PAUSING = (YIELDED, PAUSED)
for _function in (resume, hand_over):
    calls_only_ours(_function.__code__)


def _keep_native_caller(frame: Frame) -> None:
    """Has an ended frame that somebody may look at know the native frame that resumed it, if one did."""
    own = _getframe()
    while own.f_back is not None and not _is_generators_own(own.f_code):
        own = own.f_back
    caller = own.f_back
    if caller is not None and not is_machine_code(caller.f_code):
        frame.generator.caller = caller


def _is_generators_own(code: CodeType) -> bool:
    """Whether host code is that of a generator which runs a frame."""
    return code is _close_in_its_place.__code__ or type(code.co_consts[-1]) is Driver


def pass_on(error: BaseException) -> None:
    """Raises what came out of a generator as it is, without the traceback's entry of the host frame that asked it.

    Raises:
        BaseException: The error.
    """
    assert error.__traceback__ is not None
    error.__traceback__ = error.__traceback__.tb_next
    reraise(error)


def catch(frame: Frame) -> None:
    """Keeps the exception being handled, to be raised in the guest's frame when it goes on.

    Raises:
        GeneratorExit: The garbage collector closes the generator while the observer cannot be told of it.
            Another generator then closes the frame as soon as it can.
    """
    frame.sent = None
    error = sys.exception()
    machine = frame.guest.machine
    if machine.is_in_the_way is not None and machine.is_in_the_way():
        assert error is not None
        machine.postpone(partial(_let_go, _waiting_to_be_closed(frame)))
        raise error
    frame.generator.thrown = error


def _waiting_to_be_closed(frame: Frame) -> Generator[Any]:
    """A generator that has a frame closed when it is closed itself, under the name of the frame's own."""
    generator = _close_in_its_place(frame)
    generator.__name__ = frame.guest.code.co_name  # type: ignore[attr-defined] # mypy has it as an iterator
    generator.__qualname__ = frame.guest.code.co_qualname  # type: ignore[attr-defined]
    next(generator)
    return generator


def _close_in_its_place(frame: Frame) -> Generator[Any]:
    try:
        yield
    except GeneratorExit as error:
        frame.generator.thrown = error
    try:
        while resume(frame):
            yield frame.stack.pop()
    except BaseException:
        fail(frame)
        raise


def _let_go(_generator: Generator[Any]) -> None:
    """Drops the last reference to a generator, so that CPython closes it and reports what it raises."""


def fail(frame: Frame) -> None:
    """Makes the traceback of the exception being handled the guest's, before it leaves the stub.

    Raises:
        SystemExit: It is a failure of ours, and the run is over.
    """
    error = sys.exception()
    assert error is not None
    if is_internal(error):
        raise frame.guest.machine.failed(frame, error)
    entry = error.__traceback__
    assert entry is not None
    error.__traceback__ = strip_machine_entries(entry)
    if entry.tb_lasti < 2 * _START_UNITS:
        frame.ip += _IP_AT_START  # where CPython says that the generator is
        add_traceback_entry(frame, error)
        leave_frame(frame)
        frame.fast = []


def _throw_into(frame: Frame) -> Signal:
    """Raises what is thrown in at the suspended instruction, or in what it delegates to (CPython's `_gen_throw`)."""
    error: BaseException = frame.generator.thrown
    frame.generator.thrown = None
    if frame.handled and frame.handled[-1] is not error:
        error.__context__ = frame.handled[-1]
    receiver = delegate(frame)
    closing = type(error) is GeneratorExit and not error.args
    if receiver is not None:
        outcome = _throw_into_receiver(frame, receiver, error)
        if isinstance(outcome, Signal):
            return outcome
        closing = closing and outcome is error
        error = outcome
        del outcome
    del receiver
    if closing and _ends_at_once_when_closed(frame):
        frame.result = error
        return UNWOUND
    if frame.context.trace_function is not None or frame.context.profile_function is not None:
        tell_throw(frame.context, frame)
    frame.stack.append(None)  # in place of a value sent
    is_handled = unwind(frame, frame, error, raised=True, left=False) is not None
    del error  # which may be gone while the frame goes on
    if not is_handled:
        return UNWOUND
    return resume_handlers(frame, frame.handled)


def _throw_into_receiver(frame: Frame, receiver: Any, error: BaseException) -> BaseException | Signal:
    """What is to be raised in the frame, or YIELDED when the receiver handled the exception and yielded."""
    try:
        if isinstance(error, GeneratorExit):
            _close(receiver)
            return error
        throw_method = getattr(receiver, "throw", None)
        if throw_method is None:
            return error
        frame.result = throw_method(error)
    except BaseException as raised:
        if isinstance(raised, StopIteration) and sys.version_info < (3, 12):
            return _end_delegation(frame, raised.value)
        return raised
    return YIELDED


class _Unraisable:
    """Reports an exception that cannot be raised, by raising it where CPython ignores and shows it."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    # A generator that is over raises what is thrown in, without an entry in the traceback.
    __del__ = property(lambda self: partial(_OVER.throw, self.error))


_OVER: Generator[None] = (_ for _ in ())
_OVER.close()


def _close(receiver: Any) -> None:
    """Closes what a generator delegates to, if it can be closed (CPython's `gen_close_iter`)."""
    try:
        close = getattr(receiver, "close", None)
    except BaseException as error:
        error.__traceback__ = strip_machine_entries(error.__traceback__)
        _Unraisable(error)
        return
    if close is not None:
        close()


def _end_delegation(frame: Frame, value: Any) -> Signal:
    """Goes on after the delegation with its result: before 3.12 no instruction does it."""
    decoded = frame.guest.decoded
    index = frame.ip - 1
    while TABLE.OPNAMES[decoded.opcodes[index]] != "SEND":
        index -= 1
    frame.stack[-1] = value
    frame.ip = decoded.targets[index]
    return resume_handlers(frame, frame.handled)


_IP_AT_START = 0 if sys.version_info < (3, 13) else 1
_RESUME = OPCODES["RESUME"]
_YIELD_VALUE = OPCODES["YIELD_VALUE"]
_TELLS_OF_CLOSING = sys.version_info >= (3, 14)
_DEPTH_1_FLAG = 0 if sys.version_info < (3, 13) else 4 if sys.version_info < (3, 15) else 8


def delegate(frame: Frame) -> Any:
    """What a suspended frame's `yield from` or `await` waits for, or None."""
    decoded = frame.guest.decoded
    if frame.ip == 0 or decoded.opcodes[frame.ip - 1] != _YIELD_VALUE or decoded.opcodes[frame.ip] != _RESUME:
        return None
    if decoded.opargs[frame.ip] & RESUME_PLACE_MASK not in {2, 3}:
        return None
    return frame.stack[-2] if sys.version_info >= (3, 15) else frame.stack[-1]


def _ends_at_once_when_closed(frame: Frame) -> bool:
    """Whether closing the generator runs no instruction: the yield is in no `try` (CPython's `gen_close`)."""
    decoded = frame.guest.decoded
    is_resume = decoded.opcodes[frame.ip] == _RESUME
    marked = is_resume and bool(decoded.opargs[frame.ip] & _DEPTH_1_FLAG)
    is_seen = _TELLS_OF_CLOSING and frame.context.trace_function is not None
    return marked and not is_seen and not frame.guest.code.co_flags & CO_ASYNC_GENERATOR


def frame_of(generator: Any) -> Frame | None:
    """The guest frame that a host generator runs, or None if it is native or over."""
    attribute = FRAME_ATTRIBUTES.get(type(generator))
    host_frame = getattr(generator, attribute) if attribute else None
    if host_frame is None or not (constants := host_frame.f_code.co_consts) or type(constants[-1]) is not Driver:
        return None
    frame: Frame = host_frame.f_locals["frame"]
    return frame


FRAME_ATTRIBUTES = {GeneratorType: "gi_frame", CoroutineType: "cr_frame", AsyncGeneratorType: "ag_frame"}


def send(receiver: Any, value: Any) -> tuple[bool, Any]:
    """Sends a value to an iterator: whether it is finished, and what it yields or returns."""
    try:
        if value is None and type(receiver) is not CoroutineType:
            return False, next(receiver)
        return False, receiver.send(value)
    except StopIteration as stop:
        return True, stop.value


def send_by_position(receiver: Any, position: int, value: Any) -> tuple[bool, Any]:
    """Sends a value to a sequence that is iterated without an iterator: only None can be sent."""
    if value is not None:
        return False, receiver.send(value)  # raises
    return (False, receiver[position]) if position < len(receiver) else (True, None)


def wrap_asynchronous_value(value: Any) -> Any:
    """A value wrapped as asynchronous generators wrap what they yield."""
    return native_instruction(*_WRAPPING, 1, 1)(value)


def asynchronous_iterator(iterable: Any) -> Any:
    """The iterator of `async for`."""
    return native_instruction("GET_AITER", 0, 1, 1)(iterable)


def next_awaitable(iterator: Any) -> Any:
    """The awaitable of an asynchronous iterator's next value."""
    return native_instruction("GET_ANEXT", 0, 1, 2)(iterator)[1]


def awaitable_iterator(awaitable: Any, place: int) -> Any:
    """The iterator that `await` delegates to.

    Raises:
        RuntimeError: Somebody awaits the coroutine already.
        TypeError: The object cannot be awaited.
    """
    if type(awaitable) is CoroutineType:
        frame = frame_of(awaitable) if awaitable.cr_suspended else None
        if frame is not None and delegate(frame) is not None:
            message = "coroutine is being awaited already"
            raise RuntimeError(message)
        if frame is not None or not awaitable.cr_suspended:
            return awaitable
    return native_instruction("GET_AWAITABLE", place, 1, 1)(awaitable)


class Driver(StubMarker, GuestReference):
    """Is the last constant of a host generator's code: what the code calls to run the guest's frame."""

    def __init__(self, guest: GuestCode) -> None:
        super().__init__(guest.code)
        self.resume = guest.resume or resume

    catch = staticmethod(catch)
    fail = staticmethod(fail)
    BaseException = BaseException
