"""Import statements."""

from calcharo_vm.machine.imports import import_from, import_name, import_name_py315, import_star
from opcode_specs.dsl import CALLS, WRITES_HEAP, instruction


@instruction("module -- module, attribute", CALLS, operand="names[oparg]")
def IMPORT_FROM(name):
    """Pushes a name of a module just imported, or the submodule of that name."""
    attribute = import_from(frame, module, name)


@instruction("level, names -- module", CALLS | WRITES_HEAP, operand="names[oparg]")
def IMPORT_NAME(name):
    """Imports a module by calling the frame's `__import__`."""
    module = import_name(frame, name, names, level)


@instruction("level, names -- module", CALLS | WRITES_HEAP, operand="(names[oparg >> 2], oparg & 3)")
def IMPORT_NAME_py315(operand):
    """Imports a module now, or lazily where the statement or the mode of the interpreter says so."""
    module = import_name_py315(frame, operand, names, level)


@instruction("module --", CALLS | WRITES_HEAP)
def IMPORT_STAR():
    """Copies a module's public names into the frame's namespace."""
    import_star(frame, module)
