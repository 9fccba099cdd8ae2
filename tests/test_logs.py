"""Tests for calcharo_vm/logs.py and program/logging_state.py: loggers of ours and of programs do not mix."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import warnings
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.logs import CalcharoLogger, JsonFormatter, logger_of, private_handler
from calcharo_vm.plugins import hookimpl
from calcharo_vm.program.logging_state import own_logging

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Collecting(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def messages(self) -> list[str]:
        return [record.getMessage() for record in self.records]


@pytest.fixture
def ours() -> Iterator[Collecting]:
    """What Calcharo logs."""
    handler, logger = Collecting(), logging.getLogger("calcharo")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield handler
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(handler)


class Speaking:
    """Logs in the midst of a program."""

    @hookimpl
    def on_output(self, text: str) -> None:
        logger_of("plugins").warning("heard %s", text, extra={"length": len(text)})


HOSTILE = {
    "silences everything": """
logging.disable(logging.CRITICAL)
logging.root.setLevel(logging.CRITICAL + 1)
logging.raiseExceptions = False
""",
    "silences by name": """
for name in ("calcharo", "calcharo.plugins", "calcharo.tracer"):
    logger = logging.getLogger(name)
    logger.disabled, logger.propagate = True, False
    logger.setLevel(100); logger.handlers.clear(); logger.addFilter(lambda record: False)
""",
    "configures by dictionary": """
import logging.config
logging.config.dictConfig({"version": 1, "loggers": {"calcharo": {"level": "CRITICAL"}}})
""",
    "shuts down": "logging.shutdown()\n",
    "replaces parts": """
logging.setLogRecordFactory(lambda *a, **k: 1 / 0)
logging.addLevelName(30, "GUEST")
logging.Logger.manager.loggerDict.clear()
logging.Logger.handle = logging.Logger.callHandlers = logging.Logger._log = lambda *a, **k: None
logging.Logger.warning = logging.Logger.isEnabledFor = lambda *a, **k: None
""",
    "holds the lock": """
import threading
holder = threading.Thread(target=logging._lock.acquire)
holder.start(); holder.join()
""",
    "listens": """
class Spy(logging.Handler):
    def emit(self, record): seen.append(record)
seen = []
logging.basicConfig(level=0, handlers=[Spy()])
for name in ("calcharo", "calcharo.plugins"): logging.getLogger(name).addHandler(Spy())
""",
}
UNDO = "\nlogging.Logger.handle, logging.Logger.callHandlers, logging.Logger._log = kept[:3]\n"
UNDO += "logging.Logger.warning, logging.Logger.isEnabledFor = kept[3:]\n"
KEEP = "import logging\nmethods = 'handle', 'callHandlers', '_log', 'warning', 'isEnabledFor'\n"
KEEP += "kept = [getattr(logging.Logger, name) for name in methods]\n"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_program_neither_shows_nor_hides_what_calcharo_logs(name: str, ours: Collecting) -> None:
    source = KEEP + "seen = []\n" + HOSTILE[name] + "print('x')\nprint([r.name for r in seen])" + UNDO
    recording = execute_and_trace(source, TracerConfig(plugins=(Speaking(),)))

    assert recording.outcome.status == "completed", recording.stderr
    assert recording.stdout == "x\n[]\n"
    (record, *_) = [record for record in ours.records if record.getMessage() == "heard x"]
    assert (record.name, record.levelname, record.length) == ("calcharo.plugins", "WARNING", 1)  # type: ignore[attr-defined]
    assert "heard" not in recording.stderr


LOOKING = """
import logging
names = [name for name in logging.root.manager.loggerDict if "calcharo" in name]
print(names, logging.root.handlers, list(logging._handlers), logging._handlerList, end=" ")
print(logging.root.level, logging.root.manager.disable)
print([h for each in logging.root.manager.loggerDict.values() for h in getattr(each, "handlers", [])])
print(type(logging.getLogger("calcharo")).__name__, logging.getLogger("calcharo").handlers)
"""


def test_a_program_finds_nothing_of_ours_or_of_this_process(ours: Collecting) -> None:
    mine = logging.StreamHandler()
    mine.set_name("mine")
    logging.root.addHandler(mine)
    logging.disable(logging.DEBUG)
    before = list(logging.root.handlers), logging.root, logging.Logger.manager, list(logging._handlerList)  # type: ignore[attr-defined]
    try:
        shown = execute_and_trace(LOOKING).stdout

        after = list(logging.root.handlers), logging.root, logging.Logger.manager, list(logging._handlerList)  # type: ignore[attr-defined]
        assert before == after
        assert logging.root.manager.disable == logging.DEBUG
    finally:
        logging.disable(logging.NOTSET)
        logging.root.removeHandler(mine)

    assert shown == "[] [] [] [] 30 0\n[]\nLogger []\n"
    assert ours.messages


def test_each_program_configures_logging_for_itself() -> None:
    source = "import logging\nlogging.basicConfig(format='%(message)s!')\nlogging.warning('hot')\n"
    source += "logging.captureWarnings(True)\n"
    shown = warnings.showwarning

    assert [execute_and_trace(source).stderr for _ in range(2)] == ["hot!\n", "hot!\n"]
    assert execute_and_trace("import logging\nlogging.warning('hot')\n").stderr == "WARNING:root:hot\n"
    assert warnings.showwarning is shown


def test_the_librarys_loggers_are_the_programs_meanwhile() -> None:
    import asyncio.log

    host = asyncio.log.logger
    host.setLevel(logging.CRITICAL)
    source = "import asyncio.log, logging\nlogging.basicConfig(format='%(name)s:%(message)s')\n"
    source += "asyncio.log.logger.warning('late')\nprint(logging.getLogger('asyncio') is asyncio.log.logger)\n"
    source += "asyncio.log.logger.setLevel(10)\n"
    try:
        recording = execute_and_trace(source)
        assert (recording.stdout, recording.stderr) == ("True\n", "asyncio:late\n")
        assert host.level == logging.CRITICAL
        assert host.parent is logging.root
        assert not host.isEnabledFor(logging.ERROR)
    finally:
        host.setLevel(logging.NOTSET)


def test_loggers_of_this_process_stay_what_they_are_while_a_program_runs() -> None:
    mine, heard = logging.getLogger("an.application"), Collecting()
    mine.addHandler(heard)

    class Application:
        @hookimpl
        def on_output(self) -> None:
            other = threading.Thread(target=mine.warning, args=("serving",))
            other.start()
            other.join()

    execute_and_trace(
        "import logging\nlogging.disable(50)\nlogging.root.setLevel(60)\nprint()",
        TracerConfig(plugins=(Application(),)),
    )

    mine.removeHandler(heard)
    assert heard.messages == ["serving"]


def test_programs_side_by_side_give_back_what_was_there_before_the_first() -> None:
    before = logging.root, logging.Logger.manager
    with own_logging():
        meanwhile = logging.root
        with own_logging():
            assert logging.root is meanwhile is not before[0]
        assert logging.root is meanwhile

    assert before == (logging.root, logging.Logger.manager)


def test_ours_are_silent_unless_somebody_listens(capfd: pytest.CaptureFixture[str]) -> None:
    code = "from calcharo_vm import execute_and_trace as t; import logging; logging.basicConfig(level=0); t('x = 1')"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (shown.stdout, shown.stderr) == ("", "")


def test_a_logger_that_somebody_had_before_is_the_same_one() -> None:
    code = (
        "import logging; mine = logging.getLogger('calcharo'); child = logging.getLogger('calcharo.tracer')\n"
        "from calcharo_vm import execute_and_trace as t, logs\n"
        "mine.addHandler(logging.StreamHandler()); mine.setLevel(20); t('x = 1')\n"
        "assert mine is logs.logger_of() and child is logs.logger_of('tracer') and child.parent is mine\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stderr == "run of <string> ended: completed\n"


def test_records_say_where_they_come_from(ours: Collecting) -> None:
    logger = logger_of("tests")
    logger.info("number %d", 3)
    logger.getChild("inner").error("deep", stacklevel=1)
    logger.warning("%(a)s and %(b)s", {"a": 1, "b": 2})
    logger.log(35, "between")
    logger.warning("far", stacklevel=1000)
    first, second, third, fourth, fifth = ours.records

    assert isinstance(logger.getChild("inner"), CalcharoLogger)
    assert (first.getMessage(), first.funcName, first.filename) == (
        "number 3",
        "test_records_say_where_they_come_from",
        "test_logs.py",
    )
    assert (second.name, second.levelname, third.getMessage()) == ("calcharo.tests.inner", "ERROR", "1 and 2")
    assert (fourth.levelname, fifth.funcName) == ("Level 35", "(unknown function)")
    assert vars(logging.makeLogRecord({})).keys() <= vars(first).keys()
    assert logging.Formatter("%(asctime)s %(levelname)s %(process)d %(threadName)s").format(first)


def test_json_has_the_extras_and_the_exception() -> None:
    heard = Collecting()
    heard.setFormatter(JsonFormatter())
    logger = logger_of("tests")
    logger.addHandler(heard)
    try:
        try:
            int("bad")
        except ValueError:
            logger.exception("failed", extra={"steps": 3, "thing": object})
    finally:
        logger.removeHandler(heard)
    line = json.loads(heard.format(heard.records[0]))

    assert (line["level"], line["logger"], line["message"], line["steps"]) == ("error", "calcharo.tests", "failed", 3)
    assert "ValueError: invalid literal" in line["exception"]
    assert line["thing"] == "<class 'object'>"


def test_a_private_handler_is_in_no_list() -> None:
    named = logging.Handler()
    named.set_name("named")
    private_handler(named)

    assert "named" not in logging._handlers  # type: ignore[attr-defined]
    assert not any(each() is named for each in logging._handlerList)  # type: ignore[attr-defined]


def said(*words: str | Path, expected: int = 0) -> list[str]:
    done = subprocess.run([sys.executable, "-m", "calcharo_vm", *words], capture_output=True, text=True, check=False)
    assert done.returncode == expected, done.stderr
    return done.stderr.splitlines()


@pytest.mark.parametrize("command", ["trace", "run"])
def test_the_command_line_says_as_much_as_is_asked_for(command: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, os, logging\nlogging.disable(50)\nprint(len(logging._handlerList), len(logging.root.handlers))\n"
        "sys.stderr = open(os.devnull, 'w')\n",
        encoding="utf-8",
    )

    assert said(command, program) == []
    normal, detailed = said("-v", command, program), said("-vv", command, program)
    as_json = [json.loads(line) for line in said("-v", "--log-json", command, program)]
    assert all(line.startswith("calcharo: INFO: calcharo.") for line in normal)
    assert len(detailed) > len(normal) == len(as_json) > 0
    assert {"outcome": "completed", "exit_status": 0}.items() & as_json[-1].items()
    assert said("-v", "run", "-c", "raise SystemExit(3)", expected=3)[-1].endswith("ended: 3")
