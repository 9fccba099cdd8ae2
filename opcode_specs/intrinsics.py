"""Operations too rare for an opcode of their own, chosen by the argument."""

from calcharo_vm.machine.intrinsics import intrinsic_1, intrinsic_2, print_expression
from opcode_specs.dsl import CALLS, WRITES_HEAP, instruction


@instruction("value -- result", CALLS | WRITES_HEAP, operand="intrinsic_1(oparg)")
def CALL_INTRINSIC_1(intrinsic):
    """Applies an operation to one value: unary plus, star import, a type variable, ..."""
    result = intrinsic(frame, value)


@instruction("first, second -- result", CALLS | WRITES_HEAP, operand="intrinsic_2(oparg)")
def CALL_INTRINSIC_2(intrinsic):
    """Applies an operation to two values: bounds of a type variable, the rest of `except*`, ..."""
    result = intrinsic(frame, first, second)


@instruction("value --", CALLS)
def PRINT_EXPR():
    """Shows the value of an interactive expression statement."""
    print_expression(frame, value)
