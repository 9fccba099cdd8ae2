"""Reads the opcode definitions of `opcode_specs/` with `ast`."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs

SPECS = Path(__file__).resolve().parent.parent.parent / "opcode_specs"
VERSIONS = ((3, 11), (3, 12), (3, 13), (3, 14), (3, 15))
_NOT_FAMILIES = {"__init__", "dsl"}
_NAME = re.compile(r"(?P<opname>[A-Z0-9_]+?)(_(?P<form>[a-z_]+?))?(_py(?P<major>3)(?P<minor>\d+))?")


class DefinitionError(Exception):
    """A definition breaks the rules of the language; the message names file and line."""


@attrs.frozen
class Item:
    """One item of a stack picture: a value, or an array of values when it has a size."""

    name: str
    size: str | None

    @property
    def count(self) -> str:
        """The number of values as an expression of `oparg`."""
        return "1" if self.size is None else f"({self.size})"


@attrs.frozen
class Definition:
    """One definition of an opcode: what it does, in one form, since one version."""

    family: str
    opname: str
    form: str | None
    since: tuple[int, int]
    line: int
    inputs: tuple[Item, ...]
    outputs: tuple[Item, ...]
    jump_outputs: tuple[Item, ...]
    flags: tuple[str, ...]
    when: str | None
    operand: str
    compiler_effect: str | None
    parameter: str | None
    docstring: str
    body: tuple[ast.stmt, ...]
    imports: dict[str, str]
    """Module by name, of the names the family imports."""

    @property
    def function_name(self) -> str:
        """The name of the generated handler."""
        return self.opname if self.form is None else f"{self.opname}_{self.form}"

    def effect(self, *, jump: bool) -> str:
        """The visible change of the stack's length as an expression of `oparg`."""
        after = self.jump_outputs if jump else self.outputs
        return f"{_total(after)} - ({_total(self.inputs)})"


def _total(items: tuple[Item, ...]) -> str:
    return " + ".join(item.count for item in items) or "0"


def read_definitions() -> list[Definition]:
    """Reads all families, in the order of the files' names."""
    paths = sorted(path for path in SPECS.glob("*.py") if path.stem not in _NOT_FAMILIES)
    return [definition for path in paths for definition in _read_family(path)]


def _read_family(path: Path) -> Iterator[Definition]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = {
        alias.name: node.module or ""
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module != "opcode_specs.dsl"
        for alias in node.names
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield _read_definition(path.stem, node, imports)


def _read_definition(family: str, node: ast.FunctionDef, imports: dict[str, str]) -> Definition:
    where = f"opcode_specs/{family}.py:{node.lineno}: {node.name}"
    match = _NAME.fullmatch(node.name)
    if match is None or len(node.decorator_list) != 1 or not isinstance(call := node.decorator_list[0], ast.Call):
        message = f"{where}: wanted NAME, NAME_form or NAME_py3NN under one @instruction(...)"
        raise DefinitionError(message)
    docstring = ast.get_docstring(node)
    if docstring is None or len(node.args.args) > 1:
        message = f"{where}: wanted a docstring and at most one parameter"
        raise DefinitionError(message)
    options = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    if (options.get("when") is None) != (match["form"] is None):
        message = f"{where}: a form's name and `when` belong together"
        raise DefinitionError(message)
    before, after = ast.literal_eval(call.args[0]).split("--")
    outputs = _read_items(after)
    return Definition(
        family=family,
        opname=match["opname"],
        form=match["form"],
        since=(3, int(match["minor"])) if match["minor"] else (3, 11),
        line=node.lineno,
        inputs=_read_items(before),
        outputs=outputs,
        jump_outputs=outputs if options.get("jump") is None else _read_items(options["jump"]),
        flags=tuple(ast.unparse(call.args[1]).split(" | ")) if len(call.args) > 1 else (),
        when=options.get("when"),
        operand=options.get("operand", "oparg"),
        compiler_effect=options.get("compiler_effect"),
        parameter=node.args.args[0].arg if node.args.args else None,
        docstring=docstring,
        body=tuple(node.body[1:]),
        imports=imports,
    )


def _read_items(picture: str) -> tuple[Item, ...]:
    items = re.findall(r"(\w+)(?:\[([^\]]*)\])?", picture.strip())
    return tuple(Item(name, size or None) for name, size in items)


def shared_count(definition: Definition) -> int:
    """The number of items at the bottom of the picture that are the same before and after."""
    pairs = zip(definition.inputs, definition.outputs, strict=False)
    return next((count for count, (before, after) in enumerate(pairs) if before != after), _shorter(definition))


def _shorter(definition: Definition) -> int:
    return min(len(definition.inputs), len(definition.outputs))


def version_table(version: tuple[int, int]) -> ModuleType:
    """The table of a CPython version."""
    return importlib.import_module(f"opcode_specs.versions.py{version[0]}{version[1]}")


def definitions_of(version: tuple[int, int], definitions: list[Definition]) -> dict[str, list[Definition]]:
    """The definitions in force in a version, by opcode: the form without `when` comes last.

    Raises:
        DefinitionError: An opcode of the version has no definition.
    """
    chosen: dict[str, list[Definition]] = {}
    for opname in version_table(version).OPCODES:
        latest: dict[str | None, Definition] = {}
        for definition in definitions:
            known = latest.get(definition.form)
            if (
                definition.opname == opname
                and definition.since <= version
                and (not known or known.since < definition.since)
            ):
                latest[definition.form] = definition
        if None not in latest:
            message = f"CPython {version[0]}.{version[1]} has {opname}, which no file in opcode_specs/ defines"
            raise DefinitionError(message)
        chosen[opname] = sorted(
            latest.values(), key=lambda definition: (definition.when is None, definition.form or "")
        )
    return chosen
