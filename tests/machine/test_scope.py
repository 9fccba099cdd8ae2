"""Tests for calcharo_vm/machine/scope.py: which modules are interpreted."""

from pathlib import Path

from calcharo_vm.machine import Scope


def test_the_program_itself_is_in_scope() -> None:
    assert Scope().contains("__main__", None)
    assert not Scope().contains("json", "/usr/lib/json.py")


def test_modules_in_the_programs_folder_are_in_scope(tmp_path: Path) -> None:
    scope = Scope(str(tmp_path))

    assert scope.contains("shapes", str(tmp_path / "shapes.py"))
    assert scope.contains("package.shapes", str(tmp_path / "package" / "shapes.py"))
    assert not scope.contains("shapes", str(tmp_path.parent / "shapes.py"))
    assert not scope.contains("frozen", None)


def test_what_is_installed_in_the_programs_folder_is_not(tmp_path: Path) -> None:
    installed = tmp_path / ".venv" / "lib" / "site-packages" / "attr.py"

    assert not Scope(str(tmp_path)).contains("attr", str(installed))


def test_a_pattern_that_matches_a_package_matches_what_is_in_it() -> None:
    scope = Scope(include=("json", "xml.*"))

    assert scope.contains("json", None)
    assert scope.contains("json.decoder", None)
    assert scope.contains("xml.dom.minidom", None)
    assert not scope.contains("xml", None)
    assert not scope.contains("jsonschema", None)


def test_exclusion_wins(tmp_path: Path) -> None:
    scope = Scope(str(tmp_path), include=("json",), exclude=("json.decoder", "shapes", "__main__"))

    assert scope.contains("json", None)
    assert not scope.contains("json.decoder", None)
    assert not scope.contains("shapes", str(tmp_path / "shapes.py"))
    assert not scope.contains("__main__", None)


def test_the_machine_is_never_in_scope() -> None:
    scope = Scope(include=("*",))

    assert not scope.contains("calcharo_vm", None)
    assert not scope.contains("calcharo_vm.machine.scope", None)
    assert scope.contains("calcharo_vm_plugin", None)
