"""Iteration: the iterator lies on the stack for as long as the loop runs.

Since 3.15 a second value lies above it: the position in a list, tuple, str or bytes, which is iterated without an
iterator, or NULL.
A loop that ends skips the instructions that only monitoring tools look at.
"""

from calcharo_vm.machine.iteration import yield_from_iterator
from calcharo_vm.machine.values import NULL
from opcode_specs.dsl import CALLS, JUMPS, WRITES_HEAP, instruction, jump


@instruction("iterator, unused --")
def END_FOR():
    """Ends a loop for tracing tools; the exhausted FOR_ITER jumps over it."""


@instruction("unused --")
def END_FOR_py313():
    """Ends a loop for tracing tools; the exhausted FOR_ITER jumps over it."""


@instruction("iterator -- iterator, value", JUMPS | CALLS | WRITES_HEAP, operand="target", jump="")
def FOR_ITER(target):
    """Pushes the next value, or drops the iterator and leaves the loop."""
    value = next(iterator, NULL)
    if value is NULL:
        jump(target)


@instruction(
    "iterator -- iterator, value",
    JUMPS | CALLS | WRITES_HEAP,
    operand="target + 1",
    jump="",
    compiler_effect="1",
)
def FOR_ITER_py312(target):
    """Pushes the next value, or drops the iterator and continues after END_FOR."""
    value = next(iterator, NULL)
    if value is NULL:
        jump(target)


@instruction(
    "iterator -- iterator, value",
    JUMPS | CALLS | WRITES_HEAP,
    operand="target + 2",
    jump="",
    compiler_effect="1",
)
def FOR_ITER_py313(target):
    """Pushes the next value, or drops the iterator and continues after END_FOR and POP_TOP."""
    value = next(iterator, NULL)
    if value is NULL:
        jump(target)


@instruction(
    "iterator -- iterator, value",
    JUMPS | CALLS | WRITES_HEAP,
    operand="target + 1",
    jump="iterator",
    compiler_effect="1",
)
def FOR_ITER_py314(target):
    """Pushes the next value, or continues after END_FOR, at POP_ITER."""
    value = next(iterator, NULL)
    if value is NULL:
        jump(target)


@instruction(
    "iterator, position -- iterator, position, value",
    JUMPS | CALLS | WRITES_HEAP,
    operand="target + 1",
    jump="iterator, position",
    compiler_effect="1",
)
def FOR_ITER_py315(target):
    """Pushes the next value, or continues after END_FOR, at POP_ITER."""
    if position is NULL:
        value = next(iterator, NULL)
    elif position < len(iterator):
        value = iterator[position]
        stack[-1] = position + 1
    else:
        value = NULL
    if value is NULL:
        jump(target)


@instruction("iterable -- iterator", CALLS)
def GET_ITER():
    """Replaces an iterable by its iterator."""
    iterator = iter(iterable)


@instruction("iterable -- iterator, position", CALLS)
def GET_ITER_py315():
    """Replaces an iterable by its iterator, or a sequence of a built-in type by itself and a position."""
    kind = type(iterable)
    if kind is list or kind is tuple or kind is str or kind is bytes:  # those with a `_tp_iteritem`
        iterator = iterable
        position = 0
    else:
        iterator = iter(iterable)
        position = NULL


@instruction("iterable -- iterator, position", CALLS, when="oparg")
def GET_ITER_yield_from_py315(oparg):
    """Replaces what is delegated to by its iterator; 3 asks for a check that it is not a coroutine."""
    kind = type(iterable)
    if kind is list or kind is tuple or kind is str or kind is bytes:  # those with a `_tp_iteritem`
        iterator = iterable
        position = 0
    else:
        iterator = yield_from_iterator(frame, iterable, oparg != 3)
        position = NULL


@instruction("iterable -- iterator", CALLS)
def GET_YIELD_FROM_ITER():
    """Replaces what `yield from` delegates to by its iterator."""
    iterator = yield_from_iterator(frame, iterable, False)


@instruction("iterator --")
def POP_ITER():
    """Drops the iterator of a loop that ended."""


@instruction("iterator, position --")
def POP_ITER_py315():
    """Drops the iterator of a loop that ended and its position."""
