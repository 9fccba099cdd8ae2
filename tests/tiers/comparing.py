"""Compares what the compiled tier records with what the interpreter tier does, each in a process of its own."""

import gc
import os
import pickle
import re
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import attrs

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Capture
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled import stops, tier

SECONDS = 120
EAGER = 2
"""How often something is executed before it is compiled, in tests: nearly all that is repeated at all."""

ATTEMPTS = 3
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@attrs.frozen
class Recorded:
    """What one tier recorded: the words of all steps as text, and how the run ended."""

    words: list[str]
    ending: str


CONFIG = TracerConfig(capture=Capture(metrics=False))


def difference(source: str | Path, config: TracerConfig = CONFIG) -> str:
    """What two recordings of a program differ in, empty when they are the same.

    The order of some words depends on which addresses are used again, so what counts is a difference that stays when
    memory is laid out otherwise. A program whose recordings differ when the interpreter tier makes all of them, as they
    do where addresses or clocks decide, cannot tell.
    """
    first = recorded(source, config, "interpreter")
    for attempt in range(ATTEMPTS):
        expected = recorded(source, config, "interpreter", attempt)
        found = recorded(source, config, "compiled", attempt)
        if expected == found or expected != first:
            return ""
    if expected.ending != found.ending:
        return f"it ended with {found.ending}, not with {expected.ending}"
    both = enumerate(zip(expected.words, found.words, strict=False))
    at = next((at for at, (left, right) in both if left != right), min(len(expected.words), len(found.words)))
    around = slice(max(0, at - 8), at + 4)
    return f"word {at}:\n{' '.join(found.words[around])}\nand not\n{' '.join(expected.words[around])}"


def recorded(source: str | Path, config: TracerConfig, chosen: str, layout: int = 0) -> Recorded:
    """What a tier records of a program, in a child, whose memory is laid out in one way or another."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _record(source, attrs.evolve(config, optimization=chosen), writing, layout)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    status = os.waitpid(child, 0)[1]
    result = pickle.loads(data) if data else Recorded([], f"status {status}")
    assert isinstance(result, Recorded)
    return result


def _record(source: str | Path, config: TracerConfig, writing: int, layout: int) -> None:
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(quiet, number)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    gc.disable()  # when it runs depends on what the tiers allocate
    tier.WARM = tier.LOOKS = stops.PATIENCE = EAGER
    blocks = [bytearray(size % 500) for size in range(997 * layout)]
    del blocks[::2]
    try:
        recording = execute_and_trace(source, config)
        result = Recorded(list(told(recording)), f"{recording.outcome}")
    except BaseException as error:
        result = Recorded([], repr(error))
    with os.fdopen(writing, "wb") as stream:
        pickle.dump(result, stream)
    os._exit(0)


def told(recording: Recording) -> Iterator[str]:
    """The words of all steps as text: without addresses, and without what only tells where chunks begin."""
    thread = None
    for chunk in recording.journal.chunks:
        at = 0
        while at < len(chunk):
            length = ops.length(chunk, at)
            operation = chunk[at : at + length]
            at += length
            if operation[0] == ops.SAMPLE or operation == thread:
                continue
            if operation[0] == ops.THREAD:
                thread = operation
            yield from (_ADDRESS.sub("0x...", repr(word)) for word in operation)
