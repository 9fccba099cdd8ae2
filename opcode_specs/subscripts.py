"""Subscripts and slices."""

from opcode_specs.dsl import CALLS, EXPRESSION, WRITES_HEAP, instruction


@instruction("container, start, stop -- value", CALLS | EXPRESSION)
def BINARY_SLICE():
    """Pushes `container[start:stop]`."""
    value = container[start:stop]


@instruction("container, key -- value", CALLS | EXPRESSION)
def BINARY_SUBSCR():
    """Pushes `container[key]`."""
    value = container[key]


@instruction("container, key --", CALLS | WRITES_HEAP)
def DELETE_SUBSCR():
    """Deletes `container[key]`."""
    del container[key]


@instruction("value, container, start, stop --", CALLS | WRITES_HEAP)
def STORE_SLICE():
    """Stores `container[start:stop] = value`."""
    container[start:stop] = value


@instruction("value, container, key --", CALLS | WRITES_HEAP)
def STORE_SUBSCR():
    """Stores `container[key] = value`."""
    container[key] = value
