"""Jumps within a frame and the return from it."""

from calcharo_vm.machine.signals import RETURNED
from opcode_specs.dsl import BACKWARD, CALLS, JUMPS, instruction, jump, leave


@instruction("--", JUMPS | BACKWARD, operand="target")
def JUMP_BACKWARD(target):
    """Continues at an earlier instruction."""
    jump(target)


@instruction("--", JUMPS | BACKWARD, operand="target")
def JUMP_BACKWARD_NO_INTERRUPT(target):
    """Continues at an earlier instruction; signals wait."""
    jump(target)


@instruction("--", JUMPS, operand="target")
def JUMP_FORWARD(target):
    """Continues at a later instruction."""
    jump(target)


@instruction("value --", JUMPS | CALLS, operand="target", jump="value")
def JUMP_IF_FALSE_OR_POP(target):
    """Jumps and keeps a false value, drops a true one."""
    if not value:
        jump(target)


@instruction("value --", JUMPS | CALLS, operand="target", jump="value")
def JUMP_IF_TRUE_OR_POP(target):
    """Jumps and keeps a true value, drops a false one."""
    if value:
        jump(target)


@instruction("condition --", JUMPS | BACKWARD | CALLS, operand="target")
def POP_JUMP_BACKWARD_IF_FALSE(target):
    """Jumps back if the value is false."""
    if not condition:
        jump(target)


@instruction("value --", JUMPS | BACKWARD, operand="target")
def POP_JUMP_BACKWARD_IF_NONE(target):
    """Jumps back if the value is None."""
    if value is None:
        jump(target)


@instruction("value --", JUMPS | BACKWARD, operand="target")
def POP_JUMP_BACKWARD_IF_NOT_NONE(target):
    """Jumps back if the value is not None."""
    if value is not None:
        jump(target)


@instruction("condition --", JUMPS | BACKWARD | CALLS, operand="target")
def POP_JUMP_BACKWARD_IF_TRUE(target):
    """Jumps back if the value is true."""
    if condition:
        jump(target)


@instruction("condition --", JUMPS | CALLS, operand="target")
def POP_JUMP_FORWARD_IF_FALSE(target):
    """Jumps if the value is false."""
    if not condition:
        jump(target)


@instruction("value --", JUMPS, operand="target")
def POP_JUMP_FORWARD_IF_NONE(target):
    """Jumps if the value is None."""
    if value is None:
        jump(target)


@instruction("value --", JUMPS, operand="target")
def POP_JUMP_FORWARD_IF_NOT_NONE(target):
    """Jumps if the value is not None."""
    if value is not None:
        jump(target)


@instruction("condition --", JUMPS | CALLS, operand="target")
def POP_JUMP_FORWARD_IF_TRUE(target):
    """Jumps if the value is true."""
    if condition:
        jump(target)


@instruction("condition --", JUMPS | CALLS, operand="target")
def POP_JUMP_IF_FALSE(target):
    """Jumps if the value is false."""
    if not condition:
        jump(target)


@instruction("value --", JUMPS, operand="target")
def POP_JUMP_IF_NONE(target):
    """Jumps if the value is None."""
    if value is None:
        jump(target)


@instruction("value --", JUMPS, operand="target")
def POP_JUMP_IF_NOT_NONE(target):
    """Jumps if the value is not None."""
    if value is not None:
        jump(target)


@instruction("condition --", JUMPS | CALLS, operand="target")
def POP_JUMP_IF_TRUE(target):
    """Jumps if the value is true."""
    if condition:
        jump(target)


@instruction("--", operand="consts[oparg]")
def RETURN_CONST(constant):
    """Returns a constant of the code object."""
    frame.result = constant
    leave(RETURNED)


@instruction("value --")
def RETURN_VALUE():
    """Returns the top value."""
    frame.result = value
    leave(RETURNED)


@instruction("value -- result")
def RETURN_VALUE_py314():
    """Returns the top value, which becomes the caller's result."""
    frame.result = value
    leave(RETURNED)
