"""Names of modules and class bodies, globals and builtins.

Unlike fast locals, these live in mappings that the program can see and change by other means.
"""

from calcharo_vm.machine.imports import reified
from calcharo_vm.machine.names import (
    delete_global,
    delete_name,
    load_builtin,
    load_name,
    setup_annotations,
)
from calcharo_vm.machine.values import NULL
from opcode_specs.dsl import EXPRESSION, WRITES_HEAP, instruction


@instruction("--", WRITES_HEAP, operand="names[oparg]")
def DELETE_GLOBAL(name):
    """Removes a global."""
    delete_global(frame, name)


@instruction("--", WRITES_HEAP, operand="names[oparg]")
def DELETE_NAME(name):
    """Removes a name of the frame's namespace."""
    delete_name(frame, name)


@instruction("namespace -- value", EXPRESSION, operand="names[oparg]")
def LOAD_FROM_DICT_OR_GLOBALS(name):
    """Pushes a name of a class scope: from its namespace, else a global or builtin."""
    value = load_name(frame, namespace, name)


@instruction("namespace -- value", EXPRESSION, operand="names[oparg]")
def LOAD_FROM_DICT_OR_GLOBALS_py315(name):
    """Pushes a name of a class scope: from its namespace, else a global or builtin; a lazy import is imported."""
    value = reified(frame, name, load_name(frame, namespace, name))


@instruction("-- value", EXPRESSION, operand="names[oparg >> 1]")
def LOAD_GLOBAL(name):
    """Pushes a global or builtin."""
    value = frame.globals.get(name, NULL)
    if value is NULL:
        value = load_builtin(frame, name)


@instruction("-- value", EXPRESSION, operand="names[oparg >> 1]")
def LOAD_GLOBAL_py315(name):
    """Pushes a global or builtin; a lazy import is imported."""
    value = frame.globals.get(name, NULL)
    if value is NULL:
        value = load_builtin(frame, name)
    value = reified(frame, name, value)


@instruction("-- null, value", EXPRESSION, when="oparg & 1", operand="names[oparg >> 1]")
def LOAD_GLOBAL_call(name):
    """Pushes a global or builtin that is about to be called."""
    null = NULL
    value = frame.globals.get(name, NULL)
    if value is NULL:
        value = load_builtin(frame, name)


@instruction("-- value, null", EXPRESSION, when="oparg & 1", operand="names[oparg >> 1]")
def LOAD_GLOBAL_call_py313(name):
    """Pushes a global or builtin that is about to be called."""
    value = frame.globals.get(name, NULL)
    if value is NULL:
        value = load_builtin(frame, name)
    null = NULL


@instruction("-- value, null", EXPRESSION, when="oparg & 1", operand="names[oparg >> 1]")
def LOAD_GLOBAL_call_py315(name):
    """Pushes a global or builtin that is about to be called; a lazy import is imported."""
    value = frame.globals.get(name, NULL)
    if value is NULL:
        value = load_builtin(frame, name)
    value = reified(frame, name, value)
    null = NULL


@instruction("-- namespace")
def LOAD_LOCALS():
    """Pushes the frame's namespace."""
    namespace = frame.locals


@instruction("-- value", EXPRESSION, operand="names[oparg]")
def LOAD_NAME(name):
    """Pushes a name of the frame's namespace, else a global or builtin."""
    value = load_name(frame, frame.locals, name)


@instruction("-- value", EXPRESSION, operand="names[oparg]")
def LOAD_NAME_py315(name):
    """Pushes a name of the frame's namespace, else a global or builtin; a lazy import is imported."""
    value = reified(frame, name, load_name(frame, frame.locals, name))


@instruction("--", WRITES_HEAP)
def SETUP_ANNOTATIONS():
    """Makes `__annotations__` in the frame's namespace if it is missing."""
    setup_annotations(frame.locals)


@instruction("value --", WRITES_HEAP, operand="names[oparg]")
def STORE_GLOBAL(name):
    """Stores a global."""
    frame.globals[name] = value


@instruction("value --", WRITES_HEAP, operand="names[oparg]")
def STORE_NAME(name):
    """Stores a name of the frame's namespace."""
    frame.locals[name] = value
