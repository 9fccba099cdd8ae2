"""Tests for calcharo_vm/machine/loader.py: modules in scope are imported onto the machine, others natively."""

import importlib
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calcharo_vm.errors import InternalError
from calcharo_vm.machine import Machine, Scope
from calcharo_vm.machine.loader import GuestFinder
from calcharo_vm.machine.trampolines import is_trampoline


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path with modules; what is imported from it is forgotten afterwards."""
    (tmp_path / "loader_shapes.py").write_text("def area(side):\n    return side * side\n", encoding="utf-8")
    (tmp_path / "loader_broken.py").write_text("1 / 0\n", encoding="utf-8")
    (tmp_path / "loader_package").mkdir()
    (tmp_path / "loader_package" / "__init__.py").write_text("from . import inner\n", encoding="utf-8")
    (tmp_path / "loader_package" / "inner.py").write_text("def f(): return __name__\n", encoding="utf-8")
    (tmp_path / "loader_namespace").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("loader_")]:
        del sys.modules[name]


def imported(machine: Machine, source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with machine.activate():
        machine.run_code(compile(source, "<guest>", "exec"), namespace)
    return namespace


def test_a_module_in_the_programs_folder_runs_on_the_machine(folder: Path) -> None:
    names = imported(Machine(scope=Scope(str(folder))), "import loader_shapes\narea = loader_shapes.area(3)")

    assert names["area"] == 9
    assert is_trampoline(names["loader_shapes"].area.__code__)
    assert names["loader_shapes"].__file__ == str(folder / "loader_shapes.py")


def test_a_machine_that_has_failed_imports_nothing(folder: Path) -> None:
    machine = Machine(scope=Scope(str(folder)))
    finder = GuestFinder(machine)

    with machine.activate():
        assert finder.find_spec("loader_shapes") is not None
        machine.failure = InternalError("it has failed")
        assert finder.find_spec("loader_shapes") is None


def test_the_finder_serves_the_threads_of_its_machine_alone(folder: Path) -> None:
    machine, other = Machine(scope=Scope(str(folder))), Machine(scope=Scope(str(folder)))
    finder = GuestFinder(machine)

    assert finder.find_spec("loader_shapes") is None
    with machine.activate():
        assert finder.find_spec("loader_shapes") is not None
        with other.activate():
            assert finder.find_spec("loader_shapes") is None


def test_a_module_out_of_scope_runs_natively(folder: Path) -> None:
    names = imported(Machine(), "import loader_shapes\narea = loader_shapes.area(3)")

    assert names["area"] == 9
    assert not is_trampoline(names["loader_shapes"].area.__code__)


def test_packages_run_on_the_machine_and_namespace_packages_have_no_code(folder: Path) -> None:
    names = imported(
        Machine(scope=Scope(str(folder))),
        "import loader_package, loader_namespace\nname = loader_package.inner.f()",
    )

    assert names["name"] == "loader_package.inner"
    assert is_trampoline(names["loader_package"].inner.f.__code__)
    assert list(names["loader_namespace"].__path__) == [str(folder / "loader_namespace")]


def test_a_module_that_fails_shows_no_frame_of_the_import_system(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        imported(Machine(scope=Scope(str(folder))), "import loader_broken")

    names = []
    entry = caught.value.__traceback__
    while entry is not None:
        names.append(Path(entry.tb_frame.f_code.co_filename).name)
        entry = entry.tb_next
    assert names[names.index("<guest>") :] == ["<guest>", "loader_broken.py"]


def test_the_finder_leaves_other_modules_to_cpython(folder: Path) -> None:
    machine = Machine(scope=Scope(str(folder), include=("*",)))
    finder = GuestFinder(machine)
    with zipfile.ZipFile(folder / "loader_archive.zip", "w") as archive:
        archive.writestr("loader_zipped.py", "")

    with machine.activate():
        assert finder.find_spec("loader_missing") is None
        assert finder.find_spec("loader_namespace") is None
        assert finder.find_spec("loader_zipped", [str(folder / "loader_archive.zip")]) is None
        assert finder.find_spec("loader_shapes") is not None


def test_a_program_may_replace_the_finders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    monkeypatch.setattr(sys, "meta_path", [])

    with machine.activate():
        assert isinstance(sys.meta_path[0], GuestFinder)
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("loader_missing")
        sys.meta_path.clear()

    assert sys.meta_path == []


def test_the_finder_stands_before_cpythons(folder: Path) -> None:
    with Machine().activate():
        kinds = [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path]

    assert kinds.index("GuestFinder") == kinds.index("PathFinder") - 1
