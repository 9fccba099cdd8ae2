"""Generators, coroutines and asynchronous iteration.

A generator's frame is left with YIELD_VALUE and entered again by whoever asks for the next value; the
value sent is then pushed.
`yield from` and `await` keep the receiver on the stack and pass values on with SEND.
"""

from calcharo_vm.machine.generators import (
    asynchronous_iterator,
    awaitable_iterator,
    make_generator,
    next_awaitable,
    send,
    send_by_position,
    wrap_asynchronous_value,
)
from calcharo_vm.machine.signals import RERAISED, STARTED, YIELDED
from calcharo_vm.machine.values import NULL
from opcode_specs.dsl import CALLS, EXPRESSION, JUMPS, WRITES_HEAP, instruction, jump, leave


@instruction("value -- wrapped")
def ASYNC_GEN_WRAP():
    """Wraps a value that an asynchronous generator yields, to tell it from what it awaits."""
    wrapped = wrap_asynchronous_value(value)


@instruction("receiver, sent, exception -- none, value")
def CLEANUP_THROW():
    """Ends a delegation whose receiver raised: StopIteration carries its value, all else is raised again."""
    if not isinstance(exception, StopIteration):
        frame.result = exception
        leave(RERAISED)
    none = None
    value = exception.value


@instruction("receiver, null, sent, exception -- none, null, value")
def CLEANUP_THROW_py315():
    """Ends a delegation whose receiver raised: StopIteration carries its value, all else is raised again."""
    if not isinstance(exception, StopIteration):
        frame.result = exception
        leave(RERAISED)
    none = None
    value = exception.value


@instruction("iterator, exception --")
def END_ASYNC_FOR():
    """Ends a loop on StopAsyncIteration and raises anything else again."""
    if not isinstance(exception, StopAsyncIteration):
        frame.result = exception
        leave(RERAISED)


@instruction("receiver, value -- value")
def END_SEND():
    """Drops the receiver under the value of a delegation that ended."""


@instruction("receiver, null, value -- value")
def END_SEND_py315():
    """Drops the receiver under the value of a delegation that ended."""


@instruction("iterable -- iterator", CALLS)
def GET_AITER():
    """Replaces an asynchronous iterable by its iterator."""
    iterator = asynchronous_iterator(iterable)


@instruction("iterator -- iterator, awaitable", CALLS)
def GET_ANEXT():
    """Pushes the awaitable of an asynchronous iterator's next value."""
    awaitable = next_awaitable(iterator)


@instruction("awaitable -- iterator", CALLS)
def GET_AWAITABLE(oparg):
    """Replaces an awaitable by its iterator; 1 and 2 say that `async with` asked for it."""
    iterator = awaitable_iterator(awaitable, oparg)


@instruction("-- sent", compiler_effect="0")
def RETURN_GENERATOR():
    """Makes a generator of the frame and returns it; what is sent first is pushed later."""
    frame.result = make_generator(frame)
    leave(STARTED)


@instruction("-- sent")
def RETURN_GENERATOR_py313():
    """Makes a generator of the frame and returns it; what is sent first is pushed later."""
    frame.result = make_generator(frame)
    leave(STARTED)


@instruction("receiver, value -- receiver, yielded", JUMPS | CALLS | WRITES_HEAP, operand="target", jump="result")
def SEND(target):
    """Sends a value to the receiver: pushes what it yields, or ends the delegation with its result."""
    finished, result = send(receiver, value)
    yielded = result
    if finished:
        jump(target)


@instruction(
    "receiver, value -- receiver, yielded", JUMPS | CALLS | WRITES_HEAP, operand="target", jump="receiver, result"
)
def SEND_py312(target):
    """Sends a value to the receiver: pushes what it yields, or its result for END_SEND."""
    finished, result = send(receiver, value)
    yielded = result
    if finished:
        jump(target)


@instruction(
    "receiver, position, value -- receiver, position, yielded",
    JUMPS | CALLS | WRITES_HEAP,
    operand="target",
    jump="receiver, position, result",
)
def SEND_py315(target):
    """Sends a value to the receiver: pushes what it yields, or its result for END_SEND."""
    if position is NULL:
        finished, result = send(receiver, value)
    else:
        finished, result = send_by_position(receiver, position, value)
        stack[-1] = position + 1
    yielded = result
    if finished:
        jump(target)


@instruction("value -- sent")
def YIELD_VALUE():
    """Leaves the frame with a value; what is sent is pushed when it goes on."""
    frame.result = value
    leave(YIELDED)
