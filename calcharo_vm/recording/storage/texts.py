"""Large texts, told as the beginnings of runs: a text that grows step by step is kept once, and not at every step."""

from collections import OrderedDict
from typing import Final, TypeAlias

from calcharo_vm.host_builtins import __builtins__

Text: TypeAlias = str | bytes

LARGE: Final = 256
"""A text of that length is told as a run and a length."""

_RUNS_GROWING: Final = 16
_BYTES_REMEMBERED: Final = 1 << 22


class Run:
    """A text whose beginnings stand for many texts.

    Attributes:
        text: The longest of them so far.
        place: Where it is kept, -1 as long as it is nowhere.
        kept: How much of it is kept there.
        pieces: In how many pieces.
    """

    __slots__ = ("kept", "pieces", "place", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        self.place = -1
        self.kept = 0
        self.pieces = 0


class Texts:
    """Tells texts as beginnings of runs; how runs are kept is said by those derived from it."""

    def __init__(self) -> None:
        self._growing: list[Run] = []  # the one used last comes first
        self._remembered: OrderedDict[Text, Run] = OrderedDict()
        self._bytes_remembered = 0
        self._used: dict[Run, int] = {}

    def put(self, text: Text) -> tuple[int, int]:
        """Takes a text, and returns which of the runs used since `flush` it begins, and its length."""
        run = self._remembered.get(text)
        if run is None:
            run = self._run_of(text)
            self._remember(text, run)
        return self._used.setdefault(run, len(self._used)), len(text)

    def flush(self) -> list[int]:
        """Returns where each of the runs used since the last time is kept, all that is needed of it."""
        used, self._used = self._used, {}
        for run in used:
            if run.kept < len(run.text):
                self.keep(run)
                run.kept = len(run.text)
        return [run.place for run in used]

    def keep(self, run: Run) -> None:
        """Keeps what of a run is not kept yet, and says where."""
        raise NotImplementedError  # pragma: no cover - those derived say how

    def may_grow(self, run: Run) -> bool:
        """Returns whether a run may get another piece."""
        raise NotImplementedError  # pragma: no cover - as keep

    def _run_of(self, text: Text) -> Run:
        for at, run in enumerate(self._growing):
            if type(run.text) is not type(text):
                continue
            if text.startswith(run.text) and self.may_grow(run):  # type: ignore[arg-type] # of the same type
                run.text = text
                self._growing.insert(0, self._growing.pop(at))
                return run
            if run.text.startswith(text):  # type: ignore[arg-type]
                return run
        run = Run(text)
        self._growing.insert(0, run)
        del self._growing[_RUNS_GROWING:]
        return run

    def _remember(self, text: Text, run: Run) -> None:
        self._remembered[text] = run
        self._bytes_remembered += len(text)
        while self._bytes_remembered > _BYTES_REMEMBERED and len(self._remembered) > 1:
            forgotten, _run = self._remembered.popitem(last=False)
            self._bytes_remembered -= len(forgotten)


class TextsInMemory(Texts):
    """Keeps each run as the text that it is."""

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[Run] = []

    def keep(self, run: Run) -> None:
        """Keeps a run that is not kept yet."""
        if run.place < 0:
            run.place = len(self._runs)
            self._runs.append(run)

    def may_grow(self, run: Run) -> bool:  # noqa: ARG002 - it depends on nothing here
        """Returns True: a run is in one piece, whatever its length."""
        return True

    def get(self, place: int, length: int) -> Text:
        """The beginning of a run."""
        text = self._runs[place].text
        return text if len(text) == length else text[:length]
