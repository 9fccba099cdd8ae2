"""Counts how often each line of a program is executed."""

import csv
import fractions
import logging
from collections import Counter
from pathlib import Path
from weakref import WeakKeyDictionary

import click

from calcharo_vm import Content, Recording, execute_and_trace
from calcharo_vm.plugins import hookimpl

log = logging.getLogger("calcharo.plugins.line_counter")


class LineCounter:
    def __init__(self):
        self._counts = WeakKeyDictionary()  # by run: several may go on at the same time

    @hookimpl
    def on_start(self, run):
        self._counts[run] = Counter()

    @hookimpl
    def on_step(self, run, step):
        self._counts[run][step.filename, step.line_number] += 1
        step.skip_line()  # the rest of this line is not another visit

    @hookimpl
    def on_finish(self, run):
        (_, line), count = self._counts.pop(run).most_common(1)[0]
        log.info("line %s ran most: %s times", line, count, extra={"line": line, "count": count})

    @hookimpl
    def provide_adapters(self):
        return {fractions.Fraction: lambda value: Content(text=f"{value.numerator}/{value.denominator}")}

    @hookimpl
    def provide_exporters(self):
        return {"lines": export_lines}

    @hookimpl
    def provide_commands(self):
        return [busiest]


def visits(recording: Recording) -> Counter:
    return Counter(step.line_number for step in recording.lines())


def export_lines(recording, path):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("line", "visits"), *sorted(visits(recording).items())])


@click.command()
@click.argument("file", type=click.Path(exists=True))
def busiest(file):
    """Show which line of FILE is executed most."""
    recording = execute_and_trace(Path(file))
    line, count = visits(recording).most_common(1)[0]
    print(f"{file}:{line} was executed {count} times")
