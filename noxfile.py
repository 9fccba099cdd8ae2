"""Every check of the project, one session each, in the environments that tools/pythons makes.

`tools/test` makes those environments and runs all default sessions; `nox -s NAME` runs one.
"""

from collections.abc import Callable
from pathlib import Path

import nox

VERSIONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
TOOLS_VERSION = "3.13"  # lint, types, docs and generators run on this one
CORE_TESTS = (
    *("tests/code", "tests/limits", "tests/machine", "tests/recording", "tests/tiers"),
    *("tests/test_determinism.py", "tests/test_limits.py", "tests/test_program.py", "tests/test_tracer.py"),
)

_ELSEWHERE = ("--deselect", "tests/tiers/test_same_recording.py::test_conformance_programs")
"""What executes programs in processes that are not measured, and would do it for each program."""

FRONT_ENDS = (
    *("tests/cli", "tests/docs", "tests/plugins"),
    *(f"tests/test_{name}.py" for name in ("config", "config_sources", "errors", "logs", "packaging")),
)
LIMITS = ("tests/isolation", "tests/limits", "tests/test_limits.py", "tests/test_side_by_side.py")
REPEATING = ("tests/test_determinism.py",)
STORAGE = ("tests/recording/json_format", "tests/recording/storage", "tests/tiers/test_compiled.py")
QUESTIONS = tuple(map(str, sorted(Path("tests/recording").glob("test_queries_*.py"))))
POLICY = ("tests/policy",)
RECORDING = tuple(str(path) for path in sorted(Path("tests/recording").glob("test_*.py")) if "audit" not in path.name)
"""What audits of random programs, and the comparisons of tests/conformance, show of recordings as well."""
FAILURES = ("tests/machine/test_failures.py",)
COMPILED = tuple(str(path) for path in sorted(Path("tests/tiers").glob("test_*.py")) if "same" not in path.name)
"""What the comparisons of whole programs in tests/tiers/test_same_recording.py show of the compiled tier as well."""
_EVERYWHERE_THE_SAME = (*LIMITS, *REPEATING, *STORAGE, *QUESTIONS)
LEFT_OUT = {
    "3.11": (*_EVERYWHERE_THE_SAME, *POLICY, *FAILURES, *COMPILED, "tests/cli/test_governed.py"),
    "3.12": (*_EVERYWHERE_THE_SAME, *FRONT_ENDS, *POLICY, *FAILURES, *RECORDING, *COMPILED),
    "3.13": (*_EVERYWHERE_THE_SAME, *FRONT_ENDS, *POLICY, *FAILURES, *RECORDING),
    "3.14": (*_EVERYWHERE_THE_SAME, *FRONT_ENDS, *POLICY, *FAILURES, *RECORDING, *COMPILED),
}
"""What a run of everything leaves to other versions, because it hardly depends on the version."""

nox.options.error_on_external_run = False
nox.options.default_venv_backend = "none"


def tool(version: str, name: str) -> str:
    """Returns the path of a command of that version's environment."""
    return str(Path(f".venv-{version}", "bin", name).absolute())


@nox.session
def lint(session: nox.Session) -> None:
    """Checks style, formatting and spelling."""
    session.run(tool(TOOLS_VERSION, "ruff"), "check", ".")
    session.run(tool(TOOLS_VERSION, "ruff"), "format", "--check", ".")
    session.run(tool(TOOLS_VERSION, "codespell"))


@nox.session
def types(session: nox.Session) -> None:
    """Checks types, strictly."""
    session.run(tool(TOOLS_VERSION, "mypy"), *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """Checks that imports run downwards only."""
    session.run(tool(TOOLS_VERSION, "lint-imports"), "--no-logo")


@nox.session
def generate(session: nox.Session) -> None:
    """Checks that the generated modules are what the opcode definitions say, or writes them with `-- --write`."""
    arguments = [] if "--write" in session.posargs else ["--check"]
    session.run(tool(TOOLS_VERSION, "python"), "tools/generate", *arguments)


@nox.session
def docs(session: nox.Session) -> None:
    """Builds the documentation into site/; a dead link is an error."""
    python = tool(TOOLS_VERSION, "python")
    session.run(tool(TOOLS_VERSION, "uv"), "pip", "install", "--quiet", "--python", python, "--group", "docs")
    session.run(tool(TOOLS_VERSION, "mkdocs"), "build", "--strict", env={"NO_MKDOCS_2_WARNING": "1"})


def run_tests(session: nox.Session, version: str) -> None:
    """Runs the test suite on one CPython, on some without what is the same on all, such as the front ends."""
    ignored = () if session.posargs else (f"--ignore={path}" for path in LEFT_OUT.get(version, ()))
    spread = ("-n", "2", "--dist", "worksteal")
    session.run(tool(version, "python"), "-m", "pytest", *spread, *ignored, *session.posargs)


def run_conformance(session: nox.Session, version: str) -> None:
    """Runs only the programs that are compared with CPython, step by step, and all of them for each comparison."""
    command = (tool(version, "python"), "-m", "pytest", "-n", "2", "tests/conformance", *session.posargs)
    session.run(*command, env={"EVERY_PROGRAM": "1"})


def add_sessions(name: str, run: Callable[[nox.Session, str], None], *, default: bool) -> None:
    """Adds the session `name-VERSION` for each CPython."""
    for version in VERSIONS:

        def session_of_version(session: nox.Session, version: str = version) -> None:
            run(session, version)

        session_of_version.__doc__ = run.__doc__
        nox.session(session_of_version, name=f"{name}-{version}", default=default)


add_sessions("tests", run_tests, default=True)
add_sessions("conformance", run_conformance, default=False)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Checks that the core's own tests take every branch of it, on one version or another."""
    for version in VERSIONS:
        is_traced = version < "3.14"  # by a trace function, which the native tier takes the place of
        core, ignored = ("ctrace", ("--ignore", "tests/tiers/native")) if is_traced else ("sysmon", ())
        chosen = (*CORE_TESTS, *_ELSEWHERE, *ignored)
        session.run(
            *(tool(version, "python"), "-m", "pytest", "-n", "2", *chosen, "--cov", "--cov-report="),
            env={"COVERAGE_FILE": f".coverage-{version}", "COVERAGE_CORE": core, "EVERY_PROGRAM": "1"},
        )
    environment = {"COVERAGE_FILE": ".coverage-core"}
    measured = [f".coverage-{version}" for version in VERSIONS]
    session.run(tool(TOOLS_VERSION, "coverage"), "combine", "--keep", *measured, env=environment)
    session.run(tool(TOOLS_VERSION, "coverage"), "report", "--fail-under=100", env=environment)


BENCHMARKS = ("run", "tiers", "storage", "growth", "startup")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measures speed, memory and start beside CPython's; `-- --write` keeps the results for the documentation."""
    for name in BENCHMARKS:
        arguments = () if name == "run" else session.posargs
        session.run(tool(TOOLS_VERSION, "python"), f"tests/benchmarks/{name}.py", *arguments)


@nox.session(default=False)
def peers(session: nox.Session) -> None:
    """Measures other tracers beside this one, in an environment of their own; `-- --write` keeps the tables."""
    uv, environment = tool(TOOLS_VERSION, "uv"), Path(".venv-peers")
    python = str(environment.absolute() / "bin" / "python")
    if not environment.exists():
        session.run(uv, "venv", "--quiet", "--python", tool(TOOLS_VERSION, "python"), str(environment))
        session.run(uv, "pip", "install", "--quiet", "--python", python, "--editable", ".")
    for name in nox.project.load_toml("pyproject.toml")["dependency-groups"]["benchmarks"]:
        # One that does not install on this version is left out, and the benchmark says so.
        session.run(uv, "pip", "install", "--quiet", "--python", python, name, success_codes=[0, 1, 2])
    session.run(python, "-m", "tests.benchmarks.peers", *session.posargs)
