"""`calcharo run` with settings: what files, the environment and options say of limits, isolation and plugins."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.cli import exit_statuses
from calcharo_vm.cli.run import run_alone, run_natively
from calcharo_vm.config import Isolation, Limits, Tier, TracerConfig
from calcharo_vm.config.sources import from_words
from calcharo_vm.errors import CalcharoError, CompilationError
from calcharo_vm.program.command_line import ProgramKind
from calcharo_vm.recording.values import OutcomeStatus

if TYPE_CHECKING:
    from calcharo_vm.cli.run import RunRequest
    from calcharo_vm.machine.machine import Machine
    from calcharo_vm.program import Program
    from calcharo_vm.recording import Outcome

__all__ = ["run_with_settings", "tell_limit"]

_INTERRUPTED: Final = 130


def run_with_settings(program: Program, request: RunRequest) -> int:
    """Run a program as the settings say; the exit status is the program's, or 124 at a limit."""
    try:
        config = _config(request)
        if config.optimization is Tier.NATIVE:
            from calcharo_vm.program.on_cpython import check_limits  # noqa: PLC0415 - other tiers do without it

            check_limits(config, is_in_worker=config.isolation is not Isolation.NONE)
        if config.isolation is not Isolation.NONE:
            return _run_in_worker(program, config, request.record)
        if request.record is None and config.optimization is Tier.NATIVE:
            return run_natively(program)
        if request.record is None and not _needs_recorder(config):
            return run_alone(
                program, config.scope.include, config.scope.exclude, lambda machine: keep_to_policy(config, machine)
            )
        from calcharo_vm.cli.record import run_and_record  # noqa: PLC0415 - a worker does without it

        return run_and_record(program, config, request.record)
    except CompilationError as error:
        from calcharo_vm.cli.loading import show_error  # noqa: PLC0415 - most programs compile

        show_error(error.__cause__ or error)
        return exit_statuses.NOT_COMPILED
    except CalcharoError as error:
        sys.stderr.write(f"calcharo run: {error}\n")
        return exit_statuses.FAILED


def _config(request: RunRequest) -> TracerConfig:
    """Give the configuration of files and the environment, with what the command line says in its place."""
    config = TracerConfig.load(request.config).evolve(**from_words(request.settings))
    scope = {"include": request.include, "exclude": request.exclude}
    config = config.evolve(
        limits=dict(request.limits), scope={name: patterns for name, patterns in scope.items() if patterns}
    )
    whole = {
        "optimization": request.tier,
        "isolation": request.isolation,
        "readable": request.readable or None,
        "allow_degraded": request.allow_degraded or None,
        "policy": request.policy,
    }
    return config.evolve(**{name: value for name, value in whole.items() if value is not None})


def keep_to_policy(config: TracerConfig, machine: Machine) -> None:
    """Keep what a machine executes to the policy, if there is one."""
    if config.policy is not None:
        from calcharo_vm.policy.enforcement import enforce  # noqa: PLC0415 - few runs have a policy

        enforce(config.policy, machine)


def _needs_recorder(config: TracerConfig) -> bool:
    """Whether somebody must look at the program while it runs: for its limits, or for a plugin."""
    return bool(config.plugins) or config.deterministic or config.limits != Limits()


def tell_limit(name: str, limits: Limits) -> int:
    """Say which limit ended a program, and give the exit status."""
    most: object = getattr(limits, name, None)
    how_much = "" if most is None else f" of {most}"
    sys.stderr.write(f"calcharo run: the program was stopped at its limit{how_much}: {name}\n")
    return exit_statuses.LIMIT_REACHED


# --- in a worker -----------------------------------------------------------------------------------


def _run_in_worker(program: Program, config: TracerConfig, record: str | None) -> int:
    from calcharo_vm.isolation.passing import run_in_worker  # noqa: PLC0415 - programs of one's own need none
    from calcharo_vm.program.subject import Request  # noqa: PLC0415 - as above

    source, filename, has_input = _source(program)
    request = Request(source, filename, program.argv)
    outcome = run_in_worker(_recorded(config, record), request, has_input=has_input, target=record)
    return _status(outcome, config.limits)


def _recorded(config: TracerConfig, record: str | None) -> TracerConfig:
    """Have what the program writes go where this process's own output goes, and into a recording, if there is one."""
    spill = record if record is not None and record.endswith(".calcharo") else None
    return config.evolve(capture=attrs.evolve(config.capture, output=record is not None, forward=True, spill=spill))


def _source(program: Program) -> tuple[Path | str | bytes, str | None, bool]:
    """Give the program as what can go to a worker, its file's name, and whether standard input is its own.

    Raises:
        ConfigurationError: It is one that cannot.
    """
    from calcharo_vm.errors import ConfigurationError  # noqa: PLC0415 - as above

    if program.kind is ProgramKind.COMMAND:
        return program.target, "<string>", True
    if program.kind is ProgramKind.STDIN:
        return sys.stdin.buffer.read(), "<stdin>", False
    if program.kind is ProgramKind.FILE and not Path(program.target).is_dir():
        return Path(program.target), None, True
    what = "a module" if program.kind is ProgramKind.MODULE else "a folder"
    raise ConfigurationError(f"{what} cannot run in a worker; give the file of the program, or use --isolation none")


def _status(outcome: Outcome, limits: Limits) -> int:
    """Give the exit status of a program in a worker, and say what nobody else has said of its end."""
    if outcome.limit is not None:
        return tell_limit(outcome.limit, limits)
    if outcome.status is OutcomeStatus.CRASHED:
        message = "" if outcome.exception is None else outcome.exception.message
        sys.stderr.write(f"calcharo run: {message or 'the worker has ended'}\n")
        return outcome.exit_code or exit_statuses.FAILED
    if outcome.exception is not None and outcome.exception.type_name == KeyboardInterrupt.__name__:
        return _INTERRUPTED
    return outcome.exit_code or 0
