"""Constants and the order of values on the stack.

Nothing here looks into a value: these instructions put values on the stack, take them off and move them.
"""

from calcharo_vm.machine.constants import COMMON_CONSTANTS
from calcharo_vm.machine.values import NULL
from opcode_specs.dsl import EXPRESSION, instruction


@instruction("value, between[oparg - 1] -- value, between[oparg - 1], value")
def COPY(oparg):
    """Pushes the value that lies `oparg` deep, 1 being the top."""


@instruction("--")
def EXTENDED_ARG(oparg):
    """Prefixes the next instruction with the high bits of its argument; decoding removes it."""


@instruction("-- constant", EXPRESSION, operand="COMMON_CONSTANTS[oparg]")
def LOAD_COMMON_CONSTANT(constant):
    """Pushes one of the objects that compiled code needs often."""


@instruction("-- constant", EXPRESSION, operand="consts[oparg]")
def LOAD_CONST(constant):
    """Pushes a constant of the code object."""


@instruction("-- number", EXPRESSION, operand="oparg")
def LOAD_SMALL_INT(number):
    """Pushes its own argument, an integer from 0 to 255."""


@instruction("--")
def NOP():
    """Does nothing; keeps a line that compiled to nothing visible to tracers."""


@instruction("--")
def NOT_TAKEN():
    """Does nothing; marks the way on of a branch that was not taken."""


@instruction("value --")
def POP_TOP():
    """Drops the top value."""


@instruction("-- null")
def PUSH_NULL():
    """Pushes the NULL that tells a plain callable from a method with its receiver."""
    null = NULL


@instruction("--")
def RESUME():
    """Does nothing; marks where a frame starts or goes on."""


@instruction("bottom, between[oparg - 2], top -- top, between[oparg - 2], bottom")
def SWAP(oparg):
    """Exchanges the top value with the one `oparg` deep."""
    stack[-oparg], stack[-1] = stack[-1], stack[-oparg]
