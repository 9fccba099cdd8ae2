"""Building and unpacking containers.

The literals and comprehensions of the language: what they build lies on the stack while it grows.
"""

from calcharo_vm.machine.containers import (
    dict_merge,
    dict_update,
    list_extend,
    make_slice,
    set_add,
    set_update,
    unpacker,
)
from opcode_specs.dsl import CALLS, EXPRESSION, WRITES_HEAP, instruction


@instruction("values[oparg], keys -- mapping", EXPRESSION)
def BUILD_CONST_KEY_MAP(oparg):
    """Builds a dictionary from values and a constant tuple of keys."""
    mapping = dict(zip(keys, values, strict=True))


@instruction("values[oparg] -- items", EXPRESSION)
def BUILD_LIST(oparg):
    """Builds a list."""
    items = values


@instruction("items[2 * oparg] -- mapping", CALLS | EXPRESSION)
def BUILD_MAP(oparg):
    """Builds a dictionary from keys and values."""
    mapping = dict(zip(items[::2], items[1::2], strict=True))


@instruction("values[oparg] -- items", CALLS | EXPRESSION)
def BUILD_SET(oparg):
    """Builds a set."""
    items = set(values)


@instruction("bounds[oparg] -- bounds_slice", EXPRESSION, compiler_effect="-2 if oparg == 3 else -1")
def BUILD_SLICE(oparg):
    """Builds a slice of two or three bounds."""
    bounds_slice = make_slice(*bounds)


@instruction("bounds[oparg] -- bounds_slice", EXPRESSION)
def BUILD_SLICE_py314(oparg):
    """Builds a slice of two or three bounds."""
    bounds_slice = make_slice(*bounds)


@instruction("values[oparg] -- items", EXPRESSION)
def BUILD_TUPLE(oparg):
    """Builds a tuple."""
    items = tuple(values)


@instruction(
    "callable, arguments, mapping, between[oparg - 1], update -- callable, arguments, mapping, between[oparg - 1]",
    CALLS | WRITES_HEAP,
)
def DICT_MERGE(oparg):
    """Adds the keyword arguments of a call; a key twice is an error."""
    dict_merge(callable, mapping, update)


@instruction(
    "callable, null, arguments, mapping, between[oparg - 1], update"
    " -- callable, null, arguments, mapping, between[oparg - 1]",
    CALLS | WRITES_HEAP,
)
def DICT_MERGE_py313(oparg):
    """Adds the keyword arguments of a call; a key twice is an error."""
    dict_merge(callable, mapping, update)


@instruction("mapping, between[oparg - 1], update -- mapping, between[oparg - 1]", CALLS | WRITES_HEAP)
def DICT_UPDATE(oparg):
    """Adds all items of a mapping to the dictionary being built."""
    dict_update(mapping, update)


@instruction("items, between[oparg - 1], value -- items, between[oparg - 1]", WRITES_HEAP)
def LIST_APPEND(oparg):
    """Appends to the list being built."""
    items.append(value)


@instruction("items, between[oparg - 1], iterable -- items, between[oparg - 1]", CALLS | WRITES_HEAP)
def LIST_EXTEND(oparg):
    """Appends all items of an iterable to the list being built."""
    list_extend(items, iterable)


@instruction("items -- result", EXPRESSION)
def LIST_TO_TUPLE():
    """Replaces a list by a tuple."""
    result = tuple(items)


@instruction("mapping, between[oparg - 1], key, value -- mapping, between[oparg - 1]", CALLS | WRITES_HEAP)
def MAP_ADD(oparg):
    """Adds an item to the dictionary being built."""
    mapping[key] = value


@instruction("items, between[oparg - 1], value -- items, between[oparg - 1]", CALLS | WRITES_HEAP)
def SET_ADD(oparg):
    """Adds to the set being built."""
    set_add(items, value)


@instruction("items, between[oparg - 1], iterable -- items, between[oparg - 1]", CALLS | WRITES_HEAP)
def SET_UPDATE(oparg):
    """Adds all items of an iterable to the set being built."""
    set_update(items, iterable)


@instruction(
    "iterable -- values[(oparg & 255) + (oparg >> 8) + 1]",
    CALLS,
    operand="unpacker(oparg & 255, oparg >> 8)",
)
def UNPACK_EX(unpack):
    """Unpacks into names before and after a starred one; the first lies on top."""
    values = unpack(iterable)


@instruction("iterable -- values[oparg]", CALLS, operand="unpacker(oparg)")
def UNPACK_SEQUENCE(unpack):
    """Unpacks into that many names; the first lies on top."""
    values = unpack(iterable)
