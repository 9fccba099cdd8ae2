"""Unary and binary operators, truth, comparison, identity and membership.

One table says which function each argument of BINARY_OP and COMPARE_OP stands for.
"""

from calcharo_vm.machine.operators import BINARY_OPERATORS, COMPARISONS
from opcode_specs.dsl import CALLS, EXPRESSION, WRITES_HEAP, instruction


@instruction("left, right -- result", CALLS | WRITES_HEAP | EXPRESSION, operand="BINARY_OPERATORS[oparg]")
def BINARY_OP(operator):
    """Applies a binary operator, in place or not."""
    result = operator(left, right)


@instruction("left, right -- result", CALLS | EXPRESSION, operand="COMPARISONS[oparg]")
def COMPARE_OP(operator):
    """Compares two values."""
    result = operator(left, right)


@instruction("left, right -- result", CALLS | EXPRESSION, operand="COMPARISONS[oparg >> 4]")
def COMPARE_OP_py312(operator):
    """Compares two values."""
    result = operator(left, right)


@instruction("left, right -- result", CALLS | EXPRESSION, operand="COMPARISONS[oparg >> 5]")
def COMPARE_OP_py313(operator):
    """Compares two values."""
    result = operator(left, right)


@instruction("left, right -- result", CALLS | EXPRESSION, when="oparg & 16", operand="COMPARISONS[oparg >> 5]")
def COMPARE_OP_truth_py313(operator):
    """Compares two values and pushes the truth of the result."""
    result = True if operator(left, right) else False


@instruction("item, container -- result", CALLS | EXPRESSION)
def CONTAINS_OP():
    """Tests membership."""
    result = item in container


@instruction("item, container -- result", CALLS | EXPRESSION, when="oparg & 1")
def CONTAINS_OP_inverted():
    """Tests that an item is missing."""
    result = item not in container


@instruction("left, right -- result", EXPRESSION)
def IS_OP():
    """Tests identity."""
    result = left is right


@instruction("left, right -- result", EXPRESSION, when="oparg & 1")
def IS_OP_inverted():
    """Tests that two values are different objects."""
    result = left is not right


@instruction("value -- result", CALLS)
def TO_BOOL():
    """Replaces a value by its truth."""
    result = True if value else False


@instruction("value -- result", CALLS | EXPRESSION)
def UNARY_INVERT():
    """Pushes `~value`."""
    result = ~value


@instruction("value -- result", CALLS | EXPRESSION)
def UNARY_NEGATIVE():
    """Pushes `-value`."""
    result = -value


@instruction("value -- result", CALLS | EXPRESSION)
def UNARY_NOT():
    """Pushes `not value`."""
    result = not value


@instruction("value -- result", CALLS | EXPRESSION)
def UNARY_POSITIVE():
    """Pushes `+value`."""
    result = +value
