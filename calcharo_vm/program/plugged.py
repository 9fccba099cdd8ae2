"""The plugins of one run: what they add to its recorder, and when they are told of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcharo_vm.config import PluginFailure
from calcharo_vm.errors import PluginError
from calcharo_vm.logs import logger_of
from calcharo_vm.plugins.control import LiveRun
from calcharo_vm.plugins.loading import PluginSet, load
from calcharo_vm.plugins.telling import Teller
from calcharo_vm.recording import OutcomeStatus
from calcharo_vm.recording.adapters import Adapters

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from calcharo_vm.config import TracerConfig
    from calcharo_vm.program.observation import MachineRecorder
    from calcharo_vm.program.subject import Subject
    from calcharo_vm.recording import Recording

__all__ = ["Plugged", "plugins_for"]

_log = logger_of("plugins")


def plugins_for(config: TracerConfig) -> PluginSet:
    """Gather the plugins that a configuration asks for.

    Raises:
        PluginError: One cannot be loaded or is none.
    """
    ignores_broken = config.plugin_failure is PluginFailure.CONTINUE
    return load(config.plugins, with_installed=config.installed_plugins, ignores_broken=ignores_broken)


class Plugged:
    """The plugins of one run."""

    def __init__(self, plugins: PluginSet, config: TracerConfig, recorder: MachineRecorder, subject: Subject) -> None:
        """Let plugins add to the recorder, and tell them that the program is about to run.

        Raises:
            PluginError: A plugin failed, and the configuration says that this is the end of a run.
        """
        self._stops_at_failure = config.plugin_failure is PluginFailure.STOP
        self._teller = Teller(plugins, stops_at_failure=self._stops_at_failure)
        self._add(plugins, recorder)
        run = LiveRun(
            recorder,
            config,
            filename=subject.code.co_filename,
            argv=tuple(subject.argv),
            source=subject.text or "",
        )
        self._teller.begin(run, recorder)
        recorder.tell(self._teller)
        self._teller.tell("on_start")

    def _add(self, plugins: PluginSet, recorder: MachineRecorder) -> None:
        additions: dict[str, Callable[[Any], object]] = {  # type: ignore[explicit-any] # they check what they get
            "provide_adapters": lambda found: setattr(recorder.shadow.anatomy, "adapters", Adapters(found)),
            "provide_effects": recorder.effects.know_besides,
        }
        for hook, add in additions.items():
            try:
                found = plugins.merged(hook)
            except PluginError as error:
                if self._stops_at_failure:
                    raise
                _log.error("%s", error, extra={"plugin": error.plugin, "hook": hook}, exc_info=error.__cause__)
                continue
            if found:
                add(found)

    @property
    def listens_to_output(self) -> bool:
        """Whether a plugin wants to be told what the program writes."""
        return self._teller.tells("on_output")

    def wrote(self, text: str, *, is_error: bool) -> None:
        """Tell what the program wrote."""
        self._teller.tell("on_output", text=text, is_error=is_error)

    def diverting(self, stream: TextIO | None) -> Callable[[bytes], bool]:
        """Give what takes the output of hooks: it goes to the process's own stream, and is not the program's."""

        def diverted(data: bytes) -> bool:
            if not self._teller.is_telling:
                return False
            binary = getattr(stream, "buffer", None)
            if binary is not None:
                binary.write(data)
                binary.flush()
            elif stream is not None:
                stream.write(data.decode("utf-8", "replace"))
            return True

        return diverted

    def finish(self, recording: Recording) -> None:
        """Tell how the run ended.

        Raises:
            PluginError: A plugin had failed, which has ended the run.
        """
        outcome = recording.outcome
        if outcome.status is OutcomeStatus.LIMIT:
            self._teller.tell("on_limit", limit=outcome.limit)
        self._teller.tell("on_finish", recording=recording)
        failure = self._teller.failure
        if failure is not None:
            failure.recording = recording
            raise failure
