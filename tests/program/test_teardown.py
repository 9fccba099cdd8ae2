"""Tests for calcharo_vm/program/teardown.py: what a program leaves behind ends while it is still recorded."""

from __future__ import annotations

import gc
import weakref

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.program import teardown

CYCLE = """
class Node:
    def __init__(self):
        self.itself = self
    def __del__(self):
        print("ended")

node = Node()
"""


@pytest.mark.parametrize("tier", ["interpreter", "compiled", "native"])
@pytest.mark.parametrize(
    "rest",
    [
        "",
        "import gc\ngc.collect()",  # which makes all there is old
        "kept = [[] for _ in range(20_000)]",  # which has the collector run by itself
        "import gc\ngc.disable()",
    ],
    ids=["young", "collected", "old", "no collector"],
)
def test_garbage_of_the_program_is_finalised(rest: str, tier: str) -> None:
    recording = execute_and_trace(CYCLE + rest, TracerConfig(optimization=tier))

    assert recording.stdout == "ended\n"
    gc.enable()


@pytest.mark.skipif(teardown._YOUNG == 0, reason="the collector has no middle generation there")
def test_garbage_of_others_is_left_to_the_collector() -> None:
    class Node:
        itself: object = None

    node = Node()
    node.itself, seen = node, weakref.ref(node)
    gc.collect()  # it is old now
    gc.disable()
    try:
        del node
        execute_and_trace("x = 1").raise_for_outcome()
        assert seen() is not None
    finally:
        gc.enable()
    gc.collect()
    assert seen() is None
