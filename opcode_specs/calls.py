"""Calls: the callable, a receiver or NULL, the arguments.

Until 3.12 the order is `NULL, callable` or `method, receiver`; since 3.13 it is `callable, receiver or NULL`.
A call of a guest function makes a frame, which the eval loop enters; all else is called at once.
"""

from calcharo_vm.machine.calls import call, call_with_mappings
from calcharo_vm.machine.values import NULL
from opcode_specs.dsl import CALLS, EXPRESSION, WRITES_HEAP, enter, instruction


@instruction("method, callable, arguments[oparg] -- result", CALLS | WRITES_HEAP | EXPRESSION, compiler_effect="-1")
def CALL(oparg):
    """Calls with positional arguments and the keywords that KW_NAMES set."""
    if method is not NULL:
        arguments.insert(0, callable)
        callable = method
    keywords = frame.keyword_names
    if keywords:
        frame.keyword_names = ()
    enter(call(frame, callable, arguments, keywords))


@instruction(
    "method, callable, arguments[oparg] -- result",
    CALLS | WRITES_HEAP | EXPRESSION,
)
def CALL_py312(oparg):
    """Calls with positional arguments and the keywords that KW_NAMES set."""
    if method is not NULL:
        arguments.insert(0, callable)
        callable = method
    keywords = frame.keyword_names
    if keywords:
        frame.keyword_names = ()
    enter(call(frame, callable, arguments, keywords))


@instruction("callable, receiver, arguments[oparg] -- result", CALLS | WRITES_HEAP | EXPRESSION)
def CALL_py313(oparg):
    """Calls with positional arguments."""
    if receiver is not NULL:
        arguments.insert(0, receiver)
    enter(call(frame, callable, arguments, ()))


@instruction("null, callable, arguments, keywords[oparg & 1] -- result", CALLS | WRITES_HEAP | EXPRESSION)
def CALL_FUNCTION_EX(oparg):
    """Calls with a sequence of arguments and perhaps a mapping of keywords."""
    enter(call_with_mappings(frame, callable, arguments, keywords[0] if keywords else NULL))


@instruction("callable, null, arguments, keywords[oparg & 1] -- result", CALLS | WRITES_HEAP | EXPRESSION)
def CALL_FUNCTION_EX_py313(oparg):
    """Calls with a sequence of arguments and perhaps a mapping of keywords."""
    enter(call_with_mappings(frame, callable, arguments, keywords[0] if keywords else NULL))


@instruction("callable, null, arguments, keywords -- result", CALLS | WRITES_HEAP | EXPRESSION)
def CALL_FUNCTION_EX_py314():
    """Calls with a sequence of arguments and a mapping of keywords or NULL."""
    enter(call_with_mappings(frame, callable, arguments, keywords))


@instruction("callable, receiver, arguments[oparg], names -- result", CALLS | WRITES_HEAP | EXPRESSION)
def CALL_KW(oparg):
    """Calls with arguments of which the last ones have the given names."""
    if receiver is not NULL:
        arguments.insert(0, receiver)
    enter(call(frame, callable, arguments, names))


@instruction("--", operand="consts[oparg]")
def KW_NAMES(names):
    """Sets the names of the keyword arguments of the next CALL."""
    frame.keyword_names = names


@instruction("--", compiler_effect="-oparg")
def PRECALL(oparg):
    """Does nothing; prepares a call for CPython's specialising interpreter."""
