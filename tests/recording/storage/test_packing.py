"""Tests for calcharo_vm/recording/storage/packing.py and texts.py: every word comes back exactly as it was."""

import contextlib
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcharo_vm.recording.storage.packing import DAMAGES, pack, unpack
from calcharo_vm.recording.storage.texts import _BYTES_REMEMBERED, LARGE, TextsInMemory
from calcharo_vm.recording.values import NULL

EDGES = [
    -(1 << 31),
    -(1 << 31) + 1,
    (1 << 31) - 1,
    1 << 31,
    -1,
    0,
    128,
    255,
    1 << 63,
    -(1 << 63),
    -(1 << 64),
    1 << 9000,
]
words = (
    st.sampled_from([None, True, False, ..., NotImplemented, NULL, *EDGES])
    | st.integers() | st.floats() | st.complex_numbers() | st.integers(0, (1 << 63) - 1).map(range)
    | st.text(st.characters(exclude_categories=[])) | st.binary()
    | st.text(st.characters(exclude_categories=[]), min_size=1).map(lambda text: text * LARGE)
    | st.binary(min_size=1).map(lambda text: text * LARGE)
)  # fmt: skip


def is_same(one: object, other: object) -> bool:
    """Returns whether two words are the same, to the last bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("d", one) == struct.pack("d", other)
    if isinstance(one, complex) and isinstance(other, complex):
        return is_same(one.real, other.real) and is_same(one.imag, other.imag)
    return one == other


def through_bytes(*given: object) -> tuple[object, ...]:
    texts = TextsInMemory()
    return unpack(pack(given, NULL, texts), NULL, texts)


@given(st.lists(words))
def test_words_come_back_as_they_were(given: list[object]) -> None:
    for again in (through_bytes(*given), unpack(pack(given, NULL), NULL)):
        assert len(given) == len(again)
        assert all(map(is_same, given, again))


CORNERS = [
    *(math.nan, -math.nan, math.inf, -0.0, 5e-324, complex(-0.0, math.nan)),
    *("\ud800", "\ud83d\ude00", "\U0001f600", "\0", "", b"", b"\xff"),
    *EDGES,
]


@pytest.mark.parametrize("number", range(len(CORNERS)))
def test_corners(number: int) -> None:
    (again,) = through_bytes(CORNERS[number])

    assert is_same(CORNERS[number], again)


def test_numbers_that_have_room_in_four_bytes_and_others() -> None:
    given = (0, 128, 0, True, 128, None, -(1 << 31), 1 << 31, "x", -(1 << 31) - 1, False, 128)

    assert given == through_bytes(*given)


def test_shared_words_cost_little() -> None:
    many = pack(["the same text", 1, 2.5] * 100, NULL)

    assert len(many) < 100 * (3 * 4 + 2 + 8 + 4) + 200


class TestRuns:
    def test_a_text_that_grows_is_kept_once(self) -> None:
        given = tuple("x" * length for length in range(2000))
        texts = TextsInMemory()
        packed = pack(given, NULL, texts)

        assert given == unpack(packed, NULL, texts)
        assert 1 == len(texts._runs)
        assert len(packed) < 200_000 < sum(map(len, given))

    def test_beginnings_are_told_by_what_is_kept(self) -> None:
        long, short = "abc" * 1000, "abc" * 500
        texts = TextsInMemory()

        assert (long, short, b"abc" * 500) == unpack(pack([long, short, b"abc" * 500], NULL, texts), NULL, texts)
        assert 2 == len(texts._runs)

    def test_few_texts_are_remembered(self) -> None:
        texts = TextsInMemory()
        given = [f"{number}" * (_BYTES_REMEMBERED // 40) for number in range(100, 130)]

        assert tuple(given) == unpack(pack(given, NULL, texts), NULL, texts)
        assert sum(map(len, texts._remembered)) <= _BYTES_REMEMBERED
        assert texts._bytes_remembered == sum(map(len, texts._remembered))
        assert len(texts._growing) < len(given)


class TestDamage:
    good = pack([1, None, "text", 1.5, range(3), b"x", 1 << 70, 1j], NULL)

    @given(st.data())
    def test_any_damage_is_found_or_harmless(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.good)))
        end = data.draw(st.integers(at, len(self.good)))
        changed = self.good[:at] + data.draw(st.binary(max_size=8)) + self.good[end:]
        with contextlib.suppress(*DAMAGES):
            unpack(changed, NULL)

    def test_other_numbers_than_kinds_tell_of(self) -> None:
        lengths = list(struct.unpack_from("<15I", self.good))
        lengths[0] -= 4

        with pytest.raises(ValueError, match="more or fewer small integers"):
            unpack(struct.pack("<15I", *lengths) + self.good[64:], NULL)

    def test_fewer_words_than_kinds_tell_of(self) -> None:
        packed = pack([1.5, None], NULL)

        with pytest.raises(ValueError, match="fewer words"):
            unpack(packed.replace(b"\x07\0", b"\x07\x07"), NULL)

    def test_parts_that_do_not_add_up(self) -> None:
        with pytest.raises(ValueError, match="for parts of"):
            unpack(pack(["abc"], NULL).replace(struct.pack("<I", 3) + b"abc", struct.pack("<I", 2) + b"abc"), NULL)
