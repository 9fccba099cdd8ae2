"""What is written for each instruction: by family, as the definitions of the opcodes are."""

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.templates import (
    attributes,
    calls,
    exceptions,
    formatting,
    functions,
    generators,
    iteration,
    locals_and_cells,
    names,
    objects,
    operators,
    stack,
    subscripts,
)
from calcharo_vm.tiers.compiled.templates.registry import Template

TEMPLATES: dict[str, Template] = {
    name: template
    for family in (
        stack,
        locals_and_cells,
        names,
        attributes,
        operators,
        subscripts,
        objects,
        iteration,
        generators,
        formatting,
        calls,
        exceptions,
        functions,
    )
    for name, template in family.TEMPLATES.items()
}
"""The templates by the name of the opcode."""
