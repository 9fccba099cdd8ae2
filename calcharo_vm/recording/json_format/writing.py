"""Writes a recording as JSON, chunk by chunk."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Final

import cattrs

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import is_based
from calcharo_vm.recording.json_format.scalars import EXACT, TEXTS, dumps, encoded, text_of, with_encoded_texts
from calcharo_vm.recording.storage.texts import LARGE, Run, Text, Texts
from calcharo_vm.recording.values import NULL

if TYPE_CHECKING:
    from calcharo_vm.recording.journal import Journal
    from calcharo_vm.recording.recording import Recording

FORMAT: Final = "calcharo-recording"
VERSION: Final = 2

_NULL: Final = text_of(NULL)
_unstructure: Final = cattrs.Converter().unstructure


def document(recording: "Recording") -> Iterator[str]:
    """Yields the text of a recording, in parts of which none is longer than that of a chunk."""
    journal = recording.journal
    if len(journal):
        with suppress(RecordingFormatError):  # whoever reads those steps will be told
            recording.state_after(len(journal) - 1)  # which makes the keyframes that are missing
    yield from head(recording, FORMAT, VERSION)
    yield ',\n"codes":['
    yield from lines(text_of_table_row(each) for each in journal.codes)
    yield '],\n"instructions":['
    yield from lines(text_of_table_row(each) for each in journal.instructions)
    yield '],\n"chunks":['
    yield from lines(_chunks(journal))
    yield "]}\n"


def head(recording: "Recording", name: str, version: int) -> Iterator[str]:
    """Yields what a document of either format begins with: all that is about the run as a whole."""
    journal = recording.journal
    found: dict[str, object] = {
        "format": name,
        "version": version,
        "python": journal.python,
        "outcome": _unstructure(recording.outcome),
        "isolation": list(recording.isolation),
        "source": recording.source,
        "sources": [[name, text] for name, text in journal.sources.items() if text != recording.source],
    }
    for opening, (key, value) in zip("{" + "," * len(found), found.items(), strict=False):
        yield f'{opening}\n"{key}":{dumps(with_encoded_texts(value))}'
    yield ',\n"inputs":['
    yield from lines(dumps([each.kind, encoded(each.value), each.step]) for each in recording.inputs)
    yield "]"


def lines(rows: Iterable[str]) -> Iterator[str]:
    """Yields the texts of the elements of a list, each on a line of its own."""
    opening = "\n"
    for row in rows:
        yield opening
        yield row
        opening = ",\n"
    if opening != "\n":
        yield "\n"


def text_of_table_row(row: object) -> str:
    """The text of a code object or an instruction."""
    return dumps(with_encoded_texts(_unstructure(row)))


def _chunks(journal: "Journal") -> Iterator[str]:
    keyframes = set(journal.keyframes.steps)
    chunk = _Chunk(journal.null)
    for number, words in enumerate(journal.chunks):
        first = journal.starts[number]
        keyframe = None
        if first in keyframes:
            keyframes.remove(first)
            words_of_keyframe = journal.keyframes.words(first)
            if not is_based(words_of_keyframe):
                keyframe = words_of_keyframe
                chunk = _Chunk(journal.null)  # so that reading can start here
        yield chunk.text(first, keyframe, words, journal.columns(number).ends)


class _Chunk:
    """Makes the texts of chunks, in which large texts are told as additions to those of chunks before."""

    def __init__(self, null: object) -> None:
        self._large = _LargeTexts()
        self._texts: dict[type, Callable[..., str]] = {  # type: ignore[explicit-any] # each takes what it is for
            **TEXTS,
            type(null): lambda _null: _NULL,
            str: self._text,
            bytes: self._text,
        }

    def text(
        self, first: int, keyframe: tuple[object, ...] | None, words: tuple[object, ...], ends: Iterable[int]
    ) -> str:
        """The text of a chunk."""
        parts = [f'{{"first":{first}']
        if keyframe is not None:
            parts.append(f',"keyframe":[\n{",".join(self._words(keyframe))}\n]')
        steps = self._words(words)
        for end in ends:
            steps[end] += "\n"  # no text has a line break in it, so that marks the steps
        told = ",".join(steps).replace("\n,", "],\n[").removesuffix("\n")
        parts.append(f',"steps":[\n[{told}]\n]}}' if words else ',"steps":[]}')
        large = self._large.taken()
        if large:
            parts.insert(1, f',"texts":{dumps(large)}')
        return "".join(parts)

    def _words(self, words: tuple[object, ...]) -> list[str]:
        texts = self._texts
        return [
            repr(word) if type(word) is int and -EXACT <= word <= EXACT else texts.get(type(word), text_of)(word)
            for word in words
        ]

    def _text(self, word: Text) -> str:
        if len(word) < LARGE:
            return quoted(word) if type(word) is str and word.isascii() else text_of(word)
        number, length = self._large.put(word)
        return f'{{"text":[{number},{length}]}}'


class _LargeTexts(Texts):
    """Large texts, each the beginning of a run that grows from chunk to chunk."""

    def __init__(self) -> None:
        super().__init__()
        self._runs = 0
        self._pieces: dict[int, Text] = {}

    def keep(self, run: Run) -> None:
        """Keeps what a run has grown by."""
        if run.place < 0:
            run.place = self._runs
            self._runs += 1
        self._pieces[run.place] = run.text[run.kept :]

    def may_grow(self, run: Run) -> bool:  # noqa: ARG002 - it depends on nothing here
        """Returns True: a run has as many pieces as there are chunks that it grows in."""
        return True

    def taken(self) -> list[list[object]]:
        """The runs that have been used since the last time: the number of each, and what it has grown by."""
        places = self.flush()
        pieces, self._pieces = self._pieces, {}
        return [[place, encoded(pieces[place])] if place in pieces else [place] for place in places]
