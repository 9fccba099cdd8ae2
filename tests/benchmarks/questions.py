"""Measures how long a recording of a million steps takes to answer questions.

    .venv-3.13/bin/python tests/benchmarks/questions.py [--size N]

CPU time is measured until the first row of an answer is there: when nothing is known of the recording yet, when states
are at hand to start from but nothing else, and when the same has been asked before; then until all rows are there.
Nothing is asserted.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import attrs
from rich.console import Console
from rich.table import Table

from calcharo_vm import Recording, execute_and_trace

PROGRAM = Path(__file__).parent / "programs" / "bank.py"
SIZE = 370
MOST = 2_000  # rows that are taken when all are asked for

Ask = Callable[[Recording], Iterable[object]]


@attrs.frozen
class Question:
    """A question, and how it is asked."""

    text: str
    ask: Ask


def one(row: object) -> Iterable[object]:
    """What answers a question for one thing, as rows."""
    return () if row is None else (row,)


def in_main(recording: Recording) -> int:
    """The last step of the function `main`."""
    call = recording.calls("main")[0]
    assert call.last is not None
    return call.last.index


def accounts(recording: Recording) -> int:
    """The oid of the list of accounts."""
    return next(
        oid
        for oid, thing in recording[in_main(recording)].heap.items()
        if thing.type_name == "list" and thing.length == 50
    )


def last_write_in_main(recording: Recording, name: str) -> Iterable[object]:
    """The last write of a variable of the function `main`."""
    return one(recording.last_write(in_main(recording), name))


QUESTIONS = (
    Question('history("last"), bound at the end', lambda recording: recording.history("last")),
    Question('history("total", "main")', lambda recording: recording.history("total", "main")),
    Question('history("n"), of a recursion', lambda recording: recording.history("n")),
    Question('history("self"), changed in place', lambda recording: recording.history("self")),
    Question('last_write(-1, "main"), far away', lambda recording: one(recording.last_write(-1, "main"))),
    Question('last_write(…, "total"), near', lambda recording: last_write_in_main(recording, "total")),
    Question('last_write(…, "accounts"), far', lambda recording: last_write_in_main(recording, "accounts")),
    Question("last_write(…, oid), far", lambda recording: one(recording.last_write(-1, accounts(recording)))),
    Question("writes(oid)", lambda recording: recording.writes(accounts(recording))),
    Question("aliases(…, oid)", lambda recording: recording.aliases(in_main(recording), accounts(recording))),
    Question("calls()", lambda recording: recording.calls()),
    Question("calls()[-1]", lambda recording: one(recording.calls()[-1])),
    Question('calls("fibonacci")', lambda recording: recording.calls("fibonacci")),
    Question("hits(file, 11)", lambda recording: recording.hits("bank.py", 11)),
    Question("hits(file, 41), at the end", lambda recording: recording.hits("bank.py", 41)),
    Question("raises()", lambda recording: recording.raises()),
    Question('raises("KeyError"), none', lambda recording: recording.raises("KeyError")),
    Question("output()", lambda recording: recording.output()),
    Question("output()[-1]", lambda recording: one(recording.output()[-1])),
    Question("lines()", lambda recording: recording.lines()),
    Question('origin(-1, "last")', lambda recording: recording.origin(-1, "last")),
)


def record(size: int) -> Recording:
    """Records the program."""
    code = compile(PROGRAM.read_text(encoding="utf-8"), str(PROGRAM), "exec")
    return execute_and_trace(code, globals={"__name__": "__main__", "SIZE": size})


def afresh(recording: Recording, *, has_states: bool = False) -> Recording:
    """The same recording, of which nothing is known yet, but perhaps states to start from."""
    journal = recording.journal
    journal._columns.clear()
    fresh = Recording(journal, recording.outcome, recording.source)
    if has_states:
        fresh._replay = recording._replay
    return fresh


def taken(ask: Ask, recording: Recording, rows: int) -> tuple[float, int]:
    """The milliseconds that so many rows of an answer take, at most, and how many there are."""
    start = time.process_time()
    count = sum(1 for _row in islice(ask(recording), rows))
    return (time.process_time() - start) * 1e3, count


def main() -> None:
    """Asks all questions and prints a table."""
    parser = argparse.ArgumentParser(description="Measure the answers to questions.")
    parser.add_argument("--size", type=int, default=SIZE, help="rounds of the program")
    parser.add_argument("--only", default="", help="a part of the text of the questions to ask")
    options = parser.parse_args()
    console = Console(width=110)
    recording = record(options.size)
    recording.raise_for_outcome()
    title = f"CPython {sys.version.split()[0]}, {len(recording):,} steps; milliseconds of CPU time"
    table = Table("question", title=title, title_justify="left")
    for heading in ("first row", "with states", "asked again", "all rows", "rows"):
        table.add_column(heading, justify="right")
    known = afresh(recording)
    known.state_after(len(known) - 1)
    for question in (each for each in QUESTIONS if options.only in each.text):
        cold, _count = taken(question.ask, afresh(recording), 1)
        first, _count = taken(question.ask, afresh(known, has_states=True), 1)
        taken(question.ask, known, 1)
        warm, _count = taken(question.ask, known, 1)
        total, count = taken(question.ask, known, MOST)
        more = "+" if count == MOST else ""
        table.add_row(question.text, f"{cold:,.1f}", f"{first:.1f}", f"{warm:.1f}", f"{total:,.0f}", f"{count:,}{more}")
    console.print(table)


if __name__ == "__main__":
    main()
