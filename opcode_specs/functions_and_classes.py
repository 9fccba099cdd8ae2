"""Making functions and classes.

A function is a real one whose code hands its arguments to the machine; a class is made by CPython's own
`__build_class__` from such a function.
"""

from calcharo_vm.machine.functions import build_class_function, make_function, set_function_attribute
from opcode_specs.dsl import WRITES_HEAP, instruction


@instruction("-- builder")
def LOAD_BUILD_CLASS():
    """Pushes `__build_class__`."""
    builder = build_class_function(frame)


@instruction(
    "defaults[oparg & 1], keyword_defaults[oparg >> 1 & 1], annotations[oparg >> 2 & 1], closure[oparg >> 3 & 1], code"
    " -- function"
)
def MAKE_FUNCTION(oparg):
    """Makes a function from a code object and what the bits of `oparg` announce."""
    function = make_function(frame, code, closure[0] if closure else None)
    for bit, attribute in zip((1, 2, 4), (defaults, keyword_defaults, annotations), strict=True):
        if oparg & bit:
            set_function_attribute(function, bit, attribute[0])


@instruction("code -- function")
def MAKE_FUNCTION_py313():
    """Replaces a code object by a function; its closure follows in SET_FUNCTION_ATTRIBUTE."""
    function = make_function(frame, code, None)


@instruction("attribute, function -- function", WRITES_HEAP)
def SET_FUNCTION_ATTRIBUTE(oparg):
    """Sets defaults, keyword defaults, annotations, closure or `__annotate__` of a function being made."""
    function = set_function_attribute(function, oparg, attribute)
