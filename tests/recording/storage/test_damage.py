"""Tests for records.py, and for errors of reader.py: damage of any kind is named, with its place, or does no harm."""

import contextlib
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calcharo_vm.errors import RecordingError, RecordingFormatError
from calcharo_vm.recording import Outcome, Recording, ops
from calcharo_vm.recording.storage import records
from calcharo_vm.recording.storage.packing import pack
from calcharo_vm.recording.storage.records import Kind, RecordFile
from calcharo_vm.recording.storage.records import record as record_bytes
from calcharo_vm.recording.values import NULL
from tests.recording.audit import record
from tests.recording.test_json_format import PROPERTIES

SOURCE = """
text = ''
for i in range(300):
    text += 'abcdefgh'
    if i % 9 == 0: print(i)
x = [text]
"""
FUZZING = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("good") / "run.calcharo"
    record(SOURCE).save(path)
    return path.read_bytes()


def read_all(data: bytes, folder: Path) -> Recording:
    """Opens a file and looks at all that is in it."""
    path = folder / "run.calcharo"
    path.write_bytes(data)
    recording = Recording.open(path)
    for step in [*recording[::97], *recording[-3:]]:
        for name in PROPERTIES:
            getattr(step, name)
    assert recording.stdout is not None
    return recording


def places(data: bytes, folder: Path) -> list[records.Header]:
    path = folder / "places.calcharo"
    path.write_bytes(data)
    file = RecordFile(str(path))
    found, at = [], records.PREFIX.size
    while at < len(data) - records.TRAILER.size:
        header = file.header(at)
        assert header is not None
        found.append(header)
        at = header.end
    return found


class TestAnyDamage:
    @FUZZING
    @given(data=st.data())
    def test_truncation_leaves_what_came_before(self, good: bytes, tmp_path: Path, data: st.DataObject) -> None:
        end = data.draw(st.integers(0, len(good) - 1))
        try:
            recording = read_all(good[:end], tmp_path)
        except RecordingFormatError as error:
            message = str(error)
        else:
            message = "byte"
            assert recording.outcome.status == "crashed" or end >= len(good) - records.TRAILER.size
        assert "byte" in message
        assert message == "byte" or end < records.PREFIX.size + 600

    @FUZZING
    @given(data=st.data())
    def test_changed_bytes_are_found(self, good: bytes, tmp_path: Path, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(good) - 1))
        changed = data.draw(st.binary(min_size=1, max_size=9))
        message = "byte"
        try:
            read_all(good[:at] + changed + good[at + len(changed) :], tmp_path)
        except RecordingFormatError as error:
            message = str(error)
        assert "byte" in message

    @FUZZING
    @given(order=st.lists(st.integers(0, 999), max_size=12), has_head=st.booleans())
    def test_spliced_records_are_found(self, good: bytes, tmp_path: Path, order: list[int], has_head: bool) -> None:
        headers = places(good, tmp_path)
        chosen = [headers[number % len(headers)] for number in order]
        start = headers[0].end if has_head else records.PREFIX.size
        with contextlib.suppress(RecordingError):
            read_all(good[:start] + b"".join(good[header.at : header.end] for header in chosen), tmp_path)


def test_each_changed_byte_is_found_or_does_no_harm(good: bytes, tmp_path: Path) -> None:
    expected = read_all(good, tmp_path)
    found = 0
    for at in range(0, len(good), 41):
        changed = good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :]
        try:
            recording = read_all(changed, tmp_path)
        except RecordingFormatError as error:
            found += "run.calcharo, byte " in str(error)
        else:
            assert recording.stdout == expected.stdout
            assert recording[-1].variables_state == expected[-1].variables_state

    assert found > len(good) // 41 // 2


@pytest.mark.parametrize("data", [b"", b"PK\3\4 and so on", b"\x89CALCHARO", b"{}"])
def test_foreign_files(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(RecordingFormatError, match="byte 0: there is no signature"):
        read_all(data, tmp_path)


def test_files_of_another_version(good: bytes, tmp_path: Path) -> None:
    with pytest.raises(RecordingFormatError, match="byte 13: the format is of version 9, and this release reads 2"):
        read_all(good[:13] + b"\x09\0" + good[15:], tmp_path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingFormatError, match="cannot be read as a recording"):
        Recording.open(tmp_path / "nothing.calcharo")
    with pytest.raises(RecordingFormatError, match="cannot be read as a recording"):
        Recording.open("nothing\0.calcharo")


def with_record(data: bytes, folder: Path, kind: Kind, made: bytes) -> bytes:
    """The file without its end, and with the first record of a kind replaced."""
    headers = places(data, folder)
    one = next(header for header in headers if header.kind is kind)
    end = next(header for header in headers if header.kind is Kind.INDEX).at
    room = one.end - one.at - len(made) - len(record_bytes(Kind.INDEX, b""))
    return data[: one.at] + made + record_bytes(Kind.INDEX, b"\0" * room) + data[one.end : end]


NOTHING = struct.pack("<QB", 0, 0)
MEANT = {
    "a chunk of another step": (Kind.CHUNK, Kind.CHUNK, b"", 0, 7, "of step 7"),
    "a chunk of nothing": (Kind.CHUNK, Kind.CHUNK, b"", 1024, 0, "makes no sense"),
    "a chunk of fewer steps": (Kind.CHUNK, Kind.CHUNK, pack([64], NULL), 1024, 0, "contradicts itself"),
    "a chunk of words that are none": (Kind.CHUNK, Kind.CHUNK, pack(["x"], NULL), 1024, 0, "makes no sense"),
    "a table of nothing": (Kind.TABLE, Kind.TABLE, pack([9], NULL), 1, 0, "makes no sense"),
    "a second head": (Kind.TABLE, Kind.HEAD, b"", 0, 0, "has no"),
    "a head of nothing": (Kind.HEAD, Kind.HEAD, pack([1], NULL), 0, 0, "makes no sense"),
    "an output of nothing": (Kind.OUTPUT, Kind.OUTPUT, pack([1], NULL), 0, 0, "makes no sense"),
    "a text of nothing": (Kind.TEXT, Kind.TEXT, NOTHING, 0, 0, "are asked for"),
    "a text that begins later": (Kind.TEXT, Kind.TEXT, NOTHING, 1, 1 << 40, "which comes later"),
}


@pytest.mark.parametrize("name", MEANT)
def test_records_that_are_meant_to_mislead(name: str, good: bytes, tmp_path: Path) -> None:
    replaced, kind, data, count, first, message = MEANT[name]
    changed = with_record(good, tmp_path, replaced, record_bytes(kind, data, count=count, first=first))
    with pytest.raises(RecordingFormatError, match=message):
        _ = [step.opname for step in read_all(changed, tmp_path)]


def test_a_chunk_of_fewer_steps_says_so_where_more_than_one_is_asked_for(good: bytes, tmp_path: Path) -> None:
    changed = record_bytes(Kind.CHUNK, pack([ops.FIRST_STEP], NULL), count=1024, first=0)
    path = tmp_path / "run.calcharo"
    path.write_bytes(with_record(good, tmp_path, Kind.CHUNK, changed))
    journal = Recording.open(path).journal

    with pytest.raises(RecordingFormatError, match="has 1 steps"):
        _ = [journal.word(step) for step in range(3)]


@pytest.mark.parametrize("count", [0, 1], ids=["inputs", "sources"])
def test_surroundings_that_make_no_sense(count: int, good: bytes, tmp_path: Path) -> None:
    made = record_bytes(Kind.SURROUNDINGS, pack(["x"], NULL), count=count)
    path = tmp_path / "run.calcharo"
    path.write_bytes(with_record(good, tmp_path, Kind.TEXT, made))
    recording = Recording.open(path)

    with pytest.raises(RecordingFormatError, match="a SURROUNDINGS record makes no sense"):
        _ = recording.inputs


def header_of(stored: bytes, size: int, kind: int = Kind.HEAD) -> bytes:
    header = struct.pack("<2sBBIIIQI", b"\xc5\x0a", kind, 0, len(stored), size, 0, 0, zlib.crc32(stored))
    return header + zlib.crc32(header).to_bytes(4, "little") + stored


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (header_of(zlib.compress(b"x"), 1 << 31), "claims to have 2147483648 bytes"),
        (header_of(zlib.compress(b"x" * 100), 99), "has not the 99 bytes"),
        (header_of(zlib.compress(b"x" * 100)[:-5], 100), "has not the 100 bytes"),
        (header_of(b"not compressed", 14), "cannot be unpacked"),
        (header_of(b"", 0, kind=77), "a record of kind 77"),
        (header_of(zlib.compress(b""), 0, kind=Kind.CHUNK), "there is a CHUNK record where a HEAD record should be"),
        (b"\0" * 100, "the header of a record is damaged"),
        (b"", "the file ends within a HEAD record"),
    ],
    ids=["size", "more", "less", "foreign", "kind", "order", "zeros", "end"],
)
def test_records_that_cannot_be(made: bytes, message: str, good: bytes, tmp_path: Path) -> None:
    with pytest.raises(RecordingFormatError, match=message):
        read_all(good[: records.PREFIX.size] + made, tmp_path)


def footer_file(good: bytes, folder: Path, words: list[object]) -> bytes:
    at = next(header for header in places(good, folder) if header.kind is Kind.FOOTER).at
    return good[:at] + record_bytes(Kind.FOOTER, pack(words, NULL)) + records.trailer(at)


ORDINARY = ["completed", None, 0, None, None, None, 3]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["unheard", *ORDINARY[1:], *[0] * 12],
        [*ORDINARY, "x", *[0] * 11],
        [*ORDINARY, *[0] * 12, 1],
        [*ORDINARY, -1],
    ],
)
def test_footers_that_make_no_sense(words: list[object], good: bytes, tmp_path: Path) -> None:
    with pytest.raises(RecordingFormatError, match="a FOOTER record makes no sense"):
        read_all(footer_file(good, tmp_path, words), tmp_path)


def test_an_index_that_leads_nowhere(good: bytes, tmp_path: Path) -> None:
    data = footer_file(good, tmp_path, [*ORDINARY, *[1, len(good) * 2] * 6])

    with pytest.raises(RecordingFormatError, match="the file ends within its index"):
        read_all(data, tmp_path)


def test_an_index_that_leads_elsewhere(good: bytes, tmp_path: Path) -> None:
    chunk, other = [header for header in places(good, tmp_path) if header.kind is Kind.CHUNK][:2]
    at = struct.pack("<Q", chunk.at)
    page = next(
        header
        for header in places(good, tmp_path)
        if header.kind is Kind.INDEX and good[header.end - header.stored :].startswith(at)  # that of the chunks' places
    )
    numbers = bytearray(good[page.end - page.stored : page.end])
    numbers[:8] = struct.pack("<Q", other.at)
    numbers[-8:] = zlib.crc32(numbers[:-8]).to_bytes(8, "little")

    with pytest.raises(RecordingFormatError, match=f"a CHUNK record is of step {other.first}, and should be of step 0"):
        read_all(good[: page.end - page.stored] + numbers + good[page.end :], tmp_path)


def test_a_footer_without_a_trailer_is_found(good: bytes, tmp_path: Path) -> None:
    recording = read_all(good[: -records.TRAILER.size], tmp_path)

    assert Outcome("completed").status == recording.outcome.status
