"""Tests for the wheel: what somebody gets who installs calcharo-vm."""

import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path, PurePosixPath

import pytest
from uv import find_uv_bin

ROOT = Path(__file__).parent.parent
CORE_DEPENDENCIES = {"attrs", "cattrs", "click", "pluggy", "psutil", "rich"}


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Returns what a command prints, and shows its errors when it fails."""
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    result = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(find_uv_bin(), "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has nothing but the wheel and its dependencies: its folder of commands."""
    environment = tmp_path_factory.mktemp("environment")
    run(find_uv_bin(), "venv", "--quiet", "--clear", "--python", sys.executable, environment)
    run(find_uv_bin(), "pip", "install", "--quiet", "--python", environment / "bin" / "python", wheel)
    return environment / "bin"


def test_wheel_holds_the_two_packages_and_the_licence(wheel: Path) -> None:
    paths = [PurePosixPath(name) for name in zipfile.ZipFile(wheel).namelist()]

    folders = {path.parts[0] for path in paths}
    names = {path.name for path in paths}
    assert {"calcharo", "calcharo_vm", "calcharo_vm-0.1.0.dist-info"} == folders
    assert {"py.typed", "LICENSE"} <= names


def test_wheel_asks_for_the_core_dependencies_only(wheel: Path) -> None:
    metadata = zipfile.ZipFile(wheel).read("calcharo_vm-0.1.0.dist-info/METADATA")

    requirements = message_from_bytes(metadata).get_all("Requires-Dist") or []
    assert CORE_DEPENDENCIES == {requirement.partition(">=")[0] for requirement in requirements}


def test_both_import_names_give_the_same_public_names(installed: Path, tmp_path: Path) -> None:
    program = (
        "import calcharo, calcharo_vm\n"
        "assert sorted(calcharo.__all__) == sorted(calcharo_vm.__all__)\n"
        "assert all(getattr(calcharo, name) is getattr(calcharo_vm, name) for name in calcharo.__all__)\n"
        "print('execute_and_trace' in calcharo.__all__, calcharo_vm.__file__)\n"
    )

    printed = run(installed / "python", "-c", program, cwd=tmp_path)

    assert printed.startswith(f"True {installed.parent}")


@pytest.mark.parametrize("command", [["calcharo"], ["python", "-m", "calcharo"], ["python", "-m", "calcharo_vm"]])
def test_command_runs_a_program(command: list[str], installed: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import sys\nprint(sys.argv[1:], __name__)\n", encoding="utf-8")

    printed = run(installed / command[0], *command[1:], "run", program, "a", "b", cwd=tmp_path)

    assert "['a', 'b'] __main__\n" == printed
