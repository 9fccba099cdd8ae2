"""Attributes, methods and `super()`.

A method about to be called is pushed as two values, the plain function and its receiver, so that no
bound method is made; any other attribute is pushed with NULL.
"""

from calcharo_vm.machine.attributes import attribute_getter, load_method, method_getter, super_attribute, super_method
from calcharo_vm.machine.values import NULL
from calcharo_vm.machine.views import GUEST_SETTERS
from opcode_specs.dsl import CALLS, EXPRESSION, WRITES_HEAP, instruction


@instruction("owner --", CALLS | WRITES_HEAP, operand="names[oparg]")
def DELETE_ATTR(name):
    """Deletes an attribute."""
    delattr(owner, name)


@instruction("owner -- attribute", CALLS | EXPRESSION, operand="attribute_getter(names[oparg])")
def LOAD_ATTR(getter):
    """Pushes an attribute."""
    attribute = getter(owner)


@instruction("owner -- attribute", CALLS | EXPRESSION, operand="attribute_getter(names[oparg >> 1])")
def LOAD_ATTR_py312(getter):
    """Pushes an attribute."""
    attribute = getter(owner)


@instruction(
    "owner -- method_or_null, receiver_or_attribute",
    CALLS | EXPRESSION,
    when="oparg & 1",
    operand="method_getter(names[oparg >> 1])",
)
def LOAD_ATTR_method_py312(operand):
    """Pushes a method and its receiver, or NULL and an attribute that is not a method."""
    method, receiver = load_method(owner, operand)
    if receiver is NULL:
        method, receiver = NULL, method
    method_or_null = method
    receiver_or_attribute = receiver


@instruction(
    "owner -- method, receiver",
    CALLS | EXPRESSION,
    when="oparg & 1",
    operand="method_getter(names[oparg >> 1])",
)
def LOAD_ATTR_method_py313(operand):
    """Pushes a method and its receiver, or an attribute that is not a method and NULL."""
    method, receiver = load_method(owner, operand)


@instruction(
    "owner -- method_or_null, receiver_or_attribute", CALLS | EXPRESSION, operand="method_getter(names[oparg])"
)
def LOAD_METHOD(operand):
    """Pushes a method and its receiver, or NULL and an attribute that is not a method."""
    method, receiver = load_method(owner, operand)
    if receiver is NULL:
        method, receiver = NULL, method
    method_or_null = method
    receiver_or_attribute = receiver


@instruction("super, cls, receiver -- attribute", CALLS | EXPRESSION, operand="(oparg & 2, names[oparg >> 2])")
def LOAD_SUPER_ATTR(operand):
    """Pushes an attribute of the next class in the receiver's method resolution order."""
    attribute = super_attribute(super, cls, receiver, operand)


@instruction(
    "super, cls, receiver -- method_or_null, receiver_or_attribute",
    CALLS | EXPRESSION,
    when="oparg & 1",
    operand="(oparg & 2, names[oparg >> 2])",
)
def LOAD_SUPER_ATTR_method(operand):
    """Pushes a method of the next class and its receiver, or NULL and an attribute that is not a method."""
    method_or_null, receiver_or_attribute = super_method(super, cls, receiver, operand)
    if receiver_or_attribute is NULL:
        receiver_or_attribute = method_or_null
        method_or_null = NULL


@instruction(
    "super, cls, receiver -- method, self",
    CALLS | EXPRESSION,
    when="oparg & 1",
    operand="(oparg & 2, names[oparg >> 2])",
)
def LOAD_SUPER_ATTR_method_py313(operand):
    """Pushes a method of the next class and its receiver, or an attribute that is not a method and NULL."""
    method, self = super_method(super, cls, receiver, operand)


@instruction("value, owner --", CALLS | WRITES_HEAP, operand="names[oparg]")
def STORE_ATTR(name):
    """Sets an attribute."""
    if name in GUEST_SETTERS:
        GUEST_SETTERS[name](owner, value)
    else:
        setattr(owner, name, value)
