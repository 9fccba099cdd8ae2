"""Fast locals and cells: the slots of a frame.

A slot holds a value, NULL when the variable is unbound, or the cell that a closure shares.
"""

from types import CellType

from calcharo_vm.machine.names import cell_is_empty, classdict_or_cell, unbound_error
from calcharo_vm.machine.values import NULL
from opcode_specs.dsl import EXPRESSION, WRITES_HEAP, instruction


@instruction("--")
def COPY_FREE_VARS(oparg):
    """Copies the function's closure into the last `oparg` slots; the frame was made with them in place."""


@instruction("--", WRITES_HEAP)
def DELETE_DEREF(oparg):
    """Empties a cell."""
    if cell_is_empty(fast[oparg]):
        raise unbound_error(frame, oparg)
    del fast[oparg].cell_contents


@instruction("--")
def DELETE_FAST(oparg):
    """Unbinds a local."""
    if fast[oparg] is NULL:
        raise unbound_error(frame, oparg)
    fast[oparg] = NULL


@instruction("-- value", EXPRESSION, operand="oparg")
def LOAD_CLASSDEREF(index):
    """Pushes a name of a class body: from its namespace, or else from the enclosing function's cell."""
    value = classdict_or_cell(frame, frame.locals, index)


@instruction("-- cell", operand="oparg")
def LOAD_CLOSURE(index):
    """Pushes a cell itself, for the closure of a function being made."""
    cell = fast[index]
    if cell is NULL:
        raise unbound_error(frame, index)


@instruction("-- value", EXPRESSION)
def LOAD_DEREF(oparg):
    """Pushes the content of a cell."""
    try:
        value = fast[oparg].cell_contents
    except ValueError:
        value = NULL
    if value is NULL:
        raise unbound_error(frame, oparg)


@instruction("-- value", EXPRESSION)
def LOAD_FAST(oparg):
    """Pushes a local."""
    value = fast[oparg]
    if value is NULL:
        raise unbound_error(frame, oparg)


@instruction("-- value", EXPRESSION)
def LOAD_FAST_py312(oparg):
    """Pushes a local of which the compiler knows that it is bound."""
    value = fast[oparg]


@instruction("-- value")
def LOAD_FAST_AND_CLEAR(oparg):
    """Pushes a local, or NULL, and unbinds it: an inlined comprehension uses its name."""
    value = fast[oparg]
    fast[oparg] = NULL


@instruction("-- value", EXPRESSION)
def LOAD_FAST_BORROW(oparg):
    """Pushes a local that stays bound for as long as the value is on the stack."""
    value = fast[oparg]


@instruction("-- first, second", EXPRESSION, operand="(oparg >> 4, oparg & 15)")
def LOAD_FAST_BORROW_LOAD_FAST_BORROW(slots):
    """Pushes two locals that stay bound for as long as the values are on the stack."""
    first = fast[slots[0]]
    second = fast[slots[1]]


@instruction("-- value", EXPRESSION)
def LOAD_FAST_CHECK(oparg):
    """Pushes a local that may be unbound."""
    value = fast[oparg]
    if value is NULL:
        raise unbound_error(frame, oparg)


@instruction("-- first, second", EXPRESSION, operand="(oparg >> 4, oparg & 15)")
def LOAD_FAST_LOAD_FAST(slots):
    """Pushes two locals."""
    first = fast[slots[0]]
    second = fast[slots[1]]


@instruction("namespace -- value", EXPRESSION)
def LOAD_FROM_DICT_OR_DEREF(oparg):
    """Pushes a name of a class scope: from its namespace, or else from the enclosing function's cell."""
    value = classdict_or_cell(frame, namespace, oparg)


@instruction("--")
def MAKE_CELL(oparg):
    """Puts a slot's value, if any, into a new cell in the same slot."""
    value = fast[oparg]
    fast[oparg] = CellType() if value is NULL else CellType(value)


@instruction("value --", WRITES_HEAP)
def STORE_DEREF(oparg):
    """Stores into a cell."""
    fast[oparg].cell_contents = value


@instruction("value --")
def STORE_FAST(oparg):
    """Stores a local."""
    fast[oparg] = value


@instruction("value -- other", EXPRESSION, operand="(oparg >> 4, oparg & 15)")
def STORE_FAST_LOAD_FAST(slots):
    """Stores a local and pushes another."""
    fast[slots[0]] = value
    other = fast[slots[1]]


@instruction("second, first --", operand="(oparg >> 4, oparg & 15)")
def STORE_FAST_STORE_FAST(slots):
    """Stores two locals."""
    fast[slots[0]] = first
    fast[slots[1]] = second
