"""Fetches packages with their tests, and makes the environments that they run in."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.conformance.packages.catalogue import Package

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "calcharo-conformance")
"""Not below this project: pytest would take its configuration for a package's."""
CANARY = HERE / "canary.py"
_TOOLS = ("pytest==8.4.2", "hypothesis", "pip")


def environment(version: str) -> Path:
    """The interpreter of an environment with pytest and this project, which is made if need be."""
    python = CACHE / f"venv-{version}" / "bin" / "python"
    if not python.exists():
        _uv("venv", "--quiet", "--python", str(ROOT / f".venv-{version}" / "bin" / "python"), str(python.parents[1]))
        _install(python, "--editable", str(ROOT), *_TOOLS)
    return python


def fetch(package: Package, python: Path) -> Path:
    """The folder of a package's source archive; the package is installed from it, with what its tests need."""
    folder = _unpack(package, python)
    mark = python.parents[1] / f"{package.name}-{package.release}.installed"
    if not mark.exists():
        _install(python, str(folder), *package.requires)
        mark.touch()
    return folder


def _unpack(package: Package, python: Path) -> Path:
    sources = CACHE / "sources" / package.name
    if not sources.exists():
        archives = CACHE / "archives"
        wanted = f"{package.name}=={package.release}"
        download = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(archives), wanted]
        subprocess.run([str(python), "-m", "pip", *download], check=True)
        archive = next(archives.glob(f"{package.name.replace('-', '[-_]')}-{package.release}.tar.gz"))
        with tarfile.open(archive) as opened:
            opened.extractall(sources, filter="data")
    folder = next(path for path in sources.iterdir() if path.is_dir())
    shutil.copy(CANARY, folder)
    return folder


def _install(python: Path, *what: str) -> None:
    _uv("pip", "install", "--quiet", "--python", str(python), *what)


def _uv(*arguments: str) -> None:
    subprocess.run([str(ROOT / ".venv-3.13" / "bin" / "uv"), *arguments], check=True)
