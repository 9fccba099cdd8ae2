"""Tests for what comes from workers that are not to be trusted: frames, records, results."""

import json
import os
import random
import struct
import time
from pathlib import Path

import psutil
import pytest

from calcharo_vm import CalcharoError, Recording, RecordingError, TracerConfig, execute_and_trace
from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.isolation import jobs, spool
from calcharo_vm.isolation.layers import Layer, LayerState
from calcharo_vm.isolation.spool import Spool, TooLarge
from calcharo_vm.isolation.wire import MOST_BYTES, FrameKind, FrameReader
from calcharo_vm.recording import Outcome, OutcomeStatus
from calcharo_vm.recording.storage.records import PREFIX, SIGNATURE, VERSION, Kind, RecordFile, record

COMPLETED = Outcome(OutcomeStatus.COMPLETED, exit_code=0)
RESULT = json.dumps({"status": "completed", "limit": None, "exit_code": 0, "exception": None})


def frame(kind: int, data: bytes) -> bytes:
    return struct.pack("<BI", kind, len(data)) + data


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a worker sends of a short run."""
    path = tmp_path_factory.mktemp("records") / "run.calcharo"
    execute_and_trace("x = ['text' * 100]\nfor n in range(400): x.append(n)\nprint(x)\n").save(path)
    file = RecordFile(str(path))
    end = next(header.at for header in file.headers(PREFIX.size) if header.kind is Kind.INDEX)
    return path.read_bytes()[:end]


class TestFrames:
    def test_they_come_in_pieces(self) -> None:
        whole = frame(2, b"abc") + frame(3, b"") + frame(4, b"xyz")
        reader = FrameReader()
        found = [each for at in range(len(whole)) for each in reader.feed(whole[at : at + 1])]

        assert [(FrameKind.RECORDS, b"abc"), (FrameKind.TAIL, b""), (FrameKind.RESULT, b"xyz")] == found

    @pytest.mark.parametrize(
        "data", [frame(9, b""), frame(0, b"x"), struct.pack("<BI", 2, MOST_BYTES + 1), b"\xff" * 5]
    )
    def test_those_that_make_no_sense_are_refused(self, data: bytes) -> None:
        with pytest.raises(RecordingFormatError):
            FrameReader().feed(data)


class TestSpool:
    def test_it_takes_records_in_pieces(self, records: bytes) -> None:
        made = Spool(None)
        for at in range(0, len(records), 37):
            made.add(records[at : at + 37])
        recording = made.finish(COMPLETED, "", ("worker",))

        assert made.steps == len(recording) > 1000
        assert [list(range(10))] == [recording[-1].variables_state["x"][1:11]]  # type: ignore[index]

    def test_what_is_not_all_there_does_not_count(self, records: bytes) -> None:
        made = Spool(None)
        made.add(records[:-10])
        recording = made.finish(COMPLETED, "", ("worker",))

        assert 0 < len(recording)
        assert recording.outcome == COMPLETED
        assert len(recording[len(recording) - 1].call_stack) == 1

    @pytest.mark.parametrize("seed", range(40))
    def test_whatever_comes_ends_in_an_error_of_ours_or_a_recording(self, records: bytes, seed: int) -> None:
        chance = random.Random(seed)
        data = bytearray(records)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        made = Spool(None)
        try:
            made.add(bytes(data))
            assert_readable(made.finish(COMPLETED, "", ("worker",)))
        except CalcharoError:
            pass

    @pytest.mark.parametrize("seed", range(20))
    def test_records_with_right_checksums_and_wrong_words(self, records: bytes, seed: int, tmp_path: Path) -> None:
        chance = random.Random(seed)
        path = tmp_path / "x.calcharo"
        path.write_bytes(records)
        file = RecordFile(str(path))
        made = Spool(None)
        made.add(records[: PREFIX.size])
        try:
            for header in file.headers(PREFIX.size):
                data = bytearray(file.content(header))
                if header.kind in {Kind.CHUNK, Kind.TABLE} and chance.random() < 0.5:
                    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                made.add(record(header.kind, bytes(data), count=header.count, first=header.first))
            assert_readable(made.finish(COMPLETED, "", ("worker",)))
        except CalcharoError:
            pass

    @pytest.mark.parametrize(
        ("first", "message"),
        [
            (b"no recording" * 4, "does not begin as a recording does"),
            (PREFIX.pack(SIGNATURE, VERSION) + record(Kind.CHUNK, b"", count=1), "a head where none can be"),
        ],
    )
    def test_beginnings(self, first: bytes, message: str) -> None:
        with pytest.raises(RecordingFormatError, match=message):
            Spool(None).add(first)

    def test_records_that_workers_do_not_send(self, records: bytes) -> None:
        made = Spool(None)
        made.add(records)

        for each, message in (
            (record(Kind.FOOTER, b""), "FOOTER record, which workers do not send"),
            (record(Kind.CHUNK, b"", count=10, first=3), "CHUNK of step 3 too early or late"),
            (record(Kind.TABLE, bytes(65 << 20)), "has a record of"),
        ):
            with pytest.raises(RecordingFormatError, match=message):
                made.add(each)
            made._pending.clear()

    def test_more_than_there_may_be(self, records: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(spool, "_MOST_BYTES", 100)
        with pytest.raises(TooLarge):
            Spool(None).add(records)

    def test_a_full_disk(self, records: bytes) -> None:
        made = Spool(None)
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, made._file)
        os.close(full)
        with pytest.raises(RecordingError, match="No space left"):
            made.add(records)

    def test_a_claim_of_much_takes_no_memory(self, records: bytes) -> None:
        """A record that unpacks to more than it says is refused before it is unpacked."""
        made = Spool(None)
        made.add(records)
        before = psutil.Process().memory_info().rss
        huge = record(Kind.OUTPUT, bytes(60 << 20))
        made.add(huge)
        recording = made.finish(COMPLETED, "", ("worker",))
        with pytest.raises(CalcharoError):
            _ = recording.stdout

        assert psutil.Process().memory_info().rss - before < 400 << 20


def assert_readable(recording: Recording) -> None:
    """Asks for everything: what is wrong must be an error of ours."""
    for step in recording:
        _ = step.variables_state, step.value_stack, step.call_stack
    _ = recording.stdout, recording.lines()


class TestResults:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"[]",
            b"{}",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"status": "fine"}',
            b'{"status": "completed", "limit": 3}',
            b'{"status": "completed", "exit_code": true}',
            b'{"status": "exception", "exception": ["a", 1, "b"]}',
            b'{"status": "exception", "exception": "abc"}',
            b'{"status": "completed", "error": 5}',
            b'{"status": "completed", "error": ["CalcharoError", "x", 7]}',
        ],
    )
    def test_those_that_make_no_sense_are_refused(self, data: bytes) -> None:
        with pytest.raises(RecordingFormatError):
            jobs.outcome_of(data)

    def test_an_error_is_one_of_ours_whatever_it_is_called(self) -> None:
        for name in ("SystemExit", "Popen", "__builtins__", "stop"):
            told = json.dumps({**json.loads(RESULT), "error": [name, "text", None]}).encode()
            _outcome, error = jobs.outcome_of(told)

            assert type(error) is CalcharoError

    @pytest.mark.parametrize(
        "data", [b"{}", b'{"layers": 3, "resident": 1}', b'{"layers": [["x", true, ""]], "resident": 1}']
    )
    def test_layers_that_there_are_not(self, data: bytes) -> None:
        with pytest.raises(RecordingFormatError):
            jobs.read_hello(data)

    def test_layers_come_back(self) -> None:
        states = (
            LayerState(Layer.SECCOMP, is_active=True, why="x"),
            LayerState(Layer.LANDLOCK, is_active=False, why="y"),
        )

        assert (states, 5) == jobs.read_hello(jobs.hello(states, 5))


FORGE = """
import os
for pipe in range(3, 256):
    try: os.write(pipe, {data!r})
    except OSError: pass
import time
time.sleep(1000)
"""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff" * 100, "a frame of kind"),
        (frame(1, b"{}"), "has begun again"),
        (frame(2, b"\0" * 200), "the header of a record is damaged"),
        (frame(4, b"no JSON"), "no JSON"),
        (frame(2, record(Kind.FOOTER, b"")), "which workers do not send"),
        (struct.pack("<BI", 2, 1 << 31), "a frame of kind 2 and 2147483648 bytes"),
    ],
)
def test_a_worker_that_sends_nonsense_is_killed(data: bytes, said: str) -> None:
    config = TracerConfig(isolation="isolated").evolve(limits={"wall_seconds": 20})
    started = time.monotonic()
    recording = execute_and_trace(FORGE.format(data=data), config)
    exception = recording.outcome.exception

    assert time.monotonic() - started < 10
    assert OutcomeStatus.CRASHED is recording.outcome.status
    assert exception is not None
    assert said in exception.message
    assert recording[0].opname == "RESUME"


def test_a_worker_that_says_it_has_ended_is_ended() -> None:
    """A program that reaches into its worker can lie about itself, and no more."""
    config = TracerConfig(isolation="isolated").evolve(limits={"wall_seconds": 20})
    source = f"""
import fcntl, os, stat, time
def is_written_to(number):
    try: return stat.S_ISFIFO(os.fstat(number).st_mode) and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_WRONLY
    except OSError: return False
pipe, = [number for number in range(3, 256) if is_written_to(number)]
os.write(pipe, {frame(4, RESULT.encode())!r}); time.sleep(1000)
"""
    recording = execute_and_trace(source, config)

    assert OutcomeStatus.COMPLETED is recording.outcome.status
