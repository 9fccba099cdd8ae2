"""The command: writes the generated modules, or tells which are stale."""

from pathlib import Path

from tools.generator.definitions import VERSIONS, definitions_of, read_definitions
from tools.generator.handlers import handlers_module
from tools.generator.metadata import metadata_module

_PACKAGE = Path(__file__).resolve().parent.parent.parent / "calcharo_vm"


def generated_modules() -> dict[Path, str]:
    """The source of every generated module, by path."""
    definitions = read_definitions()
    modules: dict[Path, str] = {}
    for version in VERSIONS:
        suffix = f"py{version[0]}{version[1]}.py"
        chosen = definitions_of(version, definitions)
        modules[_PACKAGE / "code" / f"_generated_metadata_{suffix}"] = metadata_module(version, chosen)
        modules[_PACKAGE / "machine" / f"_generated_handlers_{suffix}"] = handlers_module(version, chosen)
    return modules


def main(arguments: list[str]) -> int:
    """Writes the modules; with `--check`, writes nothing and returns 1 when one is stale."""
    stale = [
        path
        for path, source in generated_modules().items()
        if not path.exists() or path.read_text(encoding="utf-8") != source
    ]
    if "--check" in arguments:
        for path in stale:
            print(f"stale: {path.name}; run tools/generate")
        return 1 if stale else 0
    for path, source in generated_modules().items():
        path.write_text(source, encoding="utf-8")
    print(f"{len(stale)} generated modules changed")
    return 0
