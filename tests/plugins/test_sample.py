"""Tests for docs/examples/plugin-sample: the package is installed, found, and does what the guide says."""

import csv
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from uv import find_uv_bin

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "docs" / "examples" / "plugin-sample"
PROGRAM = "total = 0\nfor n in range(5):\n    total += n\nprint(total)\n"


def build_wheel(folder: Path) -> Path:
    """Builds the sample's wheel, as its build backend would: that one need not be fetched."""
    project = tomllib.loads((SAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    information = f"{name}-{version}.dist-info"
    entries = "".join(
        f"[{group}]\n" + "".join(f"{entry} = {target}\n" for entry, target in found.items())
        for group, found in project["entry-points"].items()
    )
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    files = {path.relative_to(SAMPLE).as_posix(): path.read_text(encoding="utf-8") for path in SAMPLE.rglob("*.py")}
    files[f"{information}/METADATA"] = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n"
    files[f"{information}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{information}/entry_points.txt"] = entries
    files[f"{information}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{information}/RECORD"])
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return wheel


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the sample is installed."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = build_wheel(tmp_path_factory.mktemp("wheel"))
    install = ["pip", "install", "--quiet", "--offline", "--no-deps", "--python", sys.executable, "--target"]
    subprocess.run([find_uv_bin(), *install, str(folder), str(wheel)], check=True)
    return folder


def calcharo(site: Path, *words: str | Path, settings: str | None = None) -> tuple[str, str]:
    environment = os.environ | {"PYTHONPATH": str(site)}
    if settings is not None:
        environment["CALCHARO_INSTALLED_PLUGINS"] = settings
    command = [sys.executable, "-m", "calcharo_vm", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=120)
    return done.stdout, done.stderr


def test_the_installed_plugin_is_listed(site: Path) -> None:
    hooks = "on_finish, on_start, on_step, provide_adapters, provide_commands, provide_exporters"

    assert calcharo(site, "plugins") == (f"line-counter: {hooks}\n", "")


def test_the_installed_plugin_is_told_of_a_run_and_skips_lines(site: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    _, said = calcharo(site, "-v", "--log-json", "trace", program)
    records = [json.loads(line) for line in said.splitlines()]

    counted = next(record for record in records if record["logger"] == "calcharo.plugins.line_counter")
    assert (counted["line"], counted["count"]) == (2, 6)
    _, said = calcharo(site, "-v", "trace", program, settings="no")
    assert "line_counter" not in said


def test_the_installed_plugin_adds_a_format_and_a_command(site: Path, tmp_path: Path) -> None:
    program, recording, table = tmp_path / "program.py", tmp_path / "run.calcharo", tmp_path / "lines.csv"
    program.write_text(PROGRAM, encoding="utf-8")
    calcharo(site, "trace", program, "-o", recording)
    calcharo(site, "export", recording, "--format", "lines", "-o", table)

    rows = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["line", "visits"]
    assert ["3", "5"] in rows
    assert "executed 6 times" in calcharo(site, "busiest", program)[0]
    assert "busiest" in calcharo(site, "--help")[0]
