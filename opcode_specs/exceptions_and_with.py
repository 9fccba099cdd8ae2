"""Exceptions and `with` blocks.

A handler region runs with its exception as the current one: PUSH_EXC_INFO opens it, POP_EXCEPT closes it.
Raising again adds no traceback entry.
"""

from calcharo_vm.machine.context_managers import enter_asynchronous_context, enter_context, load_special, start_exit
from calcharo_vm.machine.exceptions import (
    exception_group_match,
    exception_matches,
    prepare_reraise_star,
    previous_exception,
    raise_exception,
)
from calcharo_vm.machine.signals import ENTER_HANDLER, LEAVE_HANDLER, RERAISED
from calcharo_vm.machine.values import NULL
from opcode_specs.dsl import CALLS, EXPRESSION, instruction, leave, signal


@instruction("manager -- exit, awaitable", CALLS)
def BEFORE_ASYNC_WITH():
    """Pushes the bound `__aexit__` and what `__aenter__` returns."""
    exit, awaitable = enter_asynchronous_context(frame, manager)


@instruction("manager -- exit, entered", CALLS)
def BEFORE_WITH():
    """Pushes the bound `__exit__` and what `__enter__` returns."""
    exit, entered = enter_context(frame, manager)


@instruction("exception, types -- rest, match", CALLS)
def CHECK_EG_MATCH():
    """Splits an exception group by `except*` types into what is left and what matches."""
    rest, match = exception_group_match(frame, exception, types)


@instruction("exception, types -- exception, matches", EXPRESSION)
def CHECK_EXC_MATCH():
    """Tests whether an exception is of the types an `except` clause names."""
    matches = exception_matches(exception, types)


@instruction("-- type")
def LOAD_ASSERTION_ERROR():
    """Pushes AssertionError, whatever the name means in the program."""
    type = AssertionError


@instruction("owner -- method, receiver", CALLS)
def LOAD_SPECIAL(oparg):
    """Pushes a method of the context manager protocol: 0 enter, 1 exit, 2 and 3 their asynchronous forms."""
    method, receiver = load_special(owner, oparg)


@instruction("previous --")
def POP_EXCEPT():
    """Ends a handler: the exception current before it is current again."""
    leave(LEAVE_HANDLER)


@instruction("original, raised -- exception")
def PREP_RERAISE_STAR():
    """Joins what `except*` clauses raised and left over into the exception to raise, or None."""
    exception = prepare_reraise_star(original, raised)


@instruction("exception -- previous, exception")
def PUSH_EXC_INFO():
    """Starts a handler: the exception becomes the current one."""
    previous = previous_exception(frame)
    frame.result = exception
    signal(ENTER_HANDLER)


@instruction("arguments[oparg] --", CALLS)
def RAISE_VARARGS(oparg):
    """Raises the current exception again, an exception, or an exception from a cause."""
    frame.result = raise_exception(arguments)
    leave(RERAISED)


@instruction("values[oparg], exception -- values[oparg]")
def RERAISE(oparg):
    """Raises an exception again; the lowest of `oparg` values says where it was raised first."""
    frame.result = exception
    frame.reraised_from = stack[-oparg] if oparg else None
    leave(RERAISED)


@instruction("exit, lasti, previous, exception -- exit, lasti, previous, exception, result", CALLS)
def WITH_EXCEPT_START():
    """Calls `__exit__` with the exception that leaves a `with` block."""
    result = start_exit(frame, exit, NULL, exception)


@instruction("exit, receiver, lasti, previous, exception -- exit, receiver, lasti, previous, exception, result", CALLS)
def WITH_EXCEPT_START_py314():
    """Calls `__exit__` with the exception that leaves a `with` block."""
    result = start_exit(frame, exit, receiver, exception)
