"""Records programs in a few lines, and has each recording audited before every instruction."""

import sys
import traceback
from collections.abc import Mapping
from types import ModuleType

from calcharo_vm.machine.machine import Machine
from calcharo_vm.program.observation import MachineRecorder, as_observer
from calcharo_vm.program.threads import waiting_for_threads
from calcharo_vm.recording import ExceptionSnapshot, Outcome, OutcomeStatus, OutputCapture, Recording


def record(
    source: str, *, is_audited: bool = False, filename: str = "program.py", names: Mapping[str, object] | None = None
) -> Recording:
    """Records a program; with `is_audited`, every state is compared with the program's objects."""
    recorder = MachineRecorder()
    auditor = recorder.audit(every_instruction=True) if is_audited else None
    machine = Machine(observer=as_observer(recorder))
    main = ModuleType("__main__")
    namespace = main.__dict__
    namespace.update(names or {}, __file__=filename, __builtins__=__builtins__)
    before = sys.modules["__main__"]
    sys.modules["__main__"] = main
    outcome = Outcome(OutcomeStatus.COMPLETED)
    try:
        with (
            OutputCapture(recorder.wrote, is_forwarded=False),
            machine.activate(),
            waiting_for_threads(machine.threads),
        ):
            try:
                machine.run_code(compile(source, filename, "exec", dont_inherit=True), namespace)
            except BaseException as error:
                text = "".join(traceback.format_exception(error))
                outcome = Outcome(OutcomeStatus.EXCEPTION, ExceptionSnapshot(type(error).__name__, str(error), text))
    finally:
        sys.modules["__main__"] = before
    recording = Recording(recorder.finish(), outcome, source)
    if auditor is not None:
        assert not auditor.mismatches, "\n".join(map(str, auditor.mismatches))
        assert auditor.comparisons >= len(recording) * 0.9 - 5
    return recording
