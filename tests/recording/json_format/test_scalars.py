"""Tests for calcharo_vm/recording/json_format/scalars.py: words in JSON come back bit by bit."""

import json
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calcharo_vm.recording.json_format.scalars import Excerpt, decoded, encoded, text_of
from calcharo_vm.recording.json_format.writing import _Chunk
from calcharo_vm.recording.values import NULL, Ref

words = (
    st.none() | st.booleans() | st.integers() | st.floats(width=64) | st.text(st.characters()) | st.binary()
    | st.complex_numbers() | st.sampled_from([..., NotImplemented, NULL]) | st.integers(0).map(range)
)  # fmt: skip


@given(words)
@example("\ud83d\ude00")
@example(1 << 53)
@example((1 << 53) + 1)
@example(-(1 << 53) - 1)
@example(1 << 20000)
@example(-0.0)
@example(5e-324)
@example(struct.unpack(">d", bytes.fromhex("fff8000000000001"))[0])
def test_words_come_back_as_they_were(word: object) -> None:
    again = json.loads(text_of(word), object_hook=decoded)

    assert type(word) is type(again)
    assert bits(word) == bits(again)


def bits(word: object) -> object:
    match word:
        case float():
            return struct.pack(">d", word)
        case complex():
            return bits(word.real), bits(word.imag)
        case _:
            return word


@given(st.lists(words))
def test_the_text_of_a_chunk_is_that_of_its_words(some: list[object]) -> None:
    text = _Chunk(NULL).text(0, None, tuple(some), ())

    assert json.loads(text)["steps"] == ([[encoded(word) for word in some]] if some else [])


def test_a_reference_and_the_object_that_it_leads_to_look_the_same() -> None:
    assert {"ref": 7} == encoded(Ref(7)) == encoded(range(7))


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"ref": 1, "int": "0x1"},
        {"ref": -1},
        {"ref": 1.0},
        {"ref": True},
        {"ref": [1]},
        {"unheard": 1},
        {"int": "one"},
        {"int": 1},
        {"str": [-1]},
        {"str": [1.5]},
        {"float": "7ff8"},
        {"float": 1},
        {"complex": ["7ff8000000000000"]},
        {"bytes": "???"},
        {"constant": "None"},
        {"constant": []},
        {"text": [1]},
    ],
    ids=str,
)
def test_what_is_no_word_stays_what_it_is(found: dict[str, object]) -> None:
    decoded({"ref": 1})

    assert decoded(found) is found


def test_an_excerpt_of_a_large_text() -> None:
    found = decoded({"text": [2, 300]})

    assert isinstance(found, Excerpt)
    assert (2, 300) == (found.text, found.length)
