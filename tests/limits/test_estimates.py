"""Tests that each estimate is needed: with one switched off, a value is made that is too large.

What was made is seen where results are measured. With the estimate there, the run ends before.
"""

from __future__ import annotations

import math
import operator
import sys
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.config import Limits
from calcharo_vm.limits import estimates
from calcharo_vm.limits.estimates import BINARY, CALLS, CONSUMERS, MEASURES
from calcharo_vm.limits.gauge import Gauge

if TYPE_CHECKING:
    from collections.abc import MutableMapping

MOST = {"container_size": 1000, "integer_bits": 10_000, "string_length": 5000}
TEXTS = {str: "'a'", bytes: "b'a'", bytearray: "bytearray(b'a')"}
LISTS = {list: "[0]", tuple: "(0,)"}

OPERATORS = {
    "+": "x = 'a' * n(4000)\nx + x",
    "*": "'a' * n(9000)",
    "**": "4 ** n(9000)",
    "<<": "1 << n(20000)",
    "%": "'%*d' % (n(9000), 1)",
}
FUNCTIONS: dict[object, str] = {
    pow: "pow(4, 9000)",
    format: "format(1, '9000')",
    bytes: "bytes(9000)",
    bytearray: "bytearray(9000)",
    list: "list(range(2000))",
    tuple: "tuple(range(2000))",
    sorted: "sorted(range(2000))",
    math.factorial: "math.factorial(3000)",
    math.comb: "math.comb(40000, 20000)",
    math.perm: "math.perm(10 ** 7, 1000)",
    operator.pow: "operator.pow(4, 9000)",
    operator.ipow: "operator.ipow(4, 9000)",
    operator.mul: "operator.mul('a', 9000)",
    operator.imul: "operator.imul('a', 9000)",
    operator.lshift: "operator.lshift(1, 20000)",
    operator.ilshift: "operator.ilshift(1, 20000)",
    operator.add: "operator.add('a' * n(4000), 'b' * n(4000))",
    operator.iadd: "operator.iadd('a' * n(4000), 'b' * n(4000))",
    operator.concat: "operator.concat('a' * n(4000), 'b' * n(4000))",
    operator.iconcat: "operator.iconcat('a' * n(4000), 'b' * n(4000))",
    operator.mod: "operator.mod('%*d', (9000, 1))",
    vars(int)["__pow__"]: "int.__pow__(4, 9000)",
    vars(int)["__lshift__"]: "int.__lshift__(1, 20000)",
    vars(int)["__mul__"]: "int.__mul__(3 ** n(6000), 3 ** n(6000))",
    vars(int)["__rmul__"]: "int.__rmul__(3 ** n(6000), 3 ** n(6000))",
    vars(int)["from_bytes"]: "int.from_bytes(bytes(4000), 'big')\nint.from_bytes(b'a' * n(4000), 'big')",
    vars(str)["format"]: "'{:{}}'.format('a', 9000)",
    vars(list)["append"]: "x = [0] * n(1000)\nx.append(1)",
    vars(list)["insert"]: "x = [0] * n(1000)\nx.insert(0, 1)",
    vars(list)["extend"]: "x = [0] * n(900)\nx.extend([0] * n(900))",
    vars(bytearray)["append"]: "x = bytearray(n(5000))\nx.append(1)",
    vars(bytearray)["extend"]: "x = bytearray(n(4000))\nx.extend(bytes(4000))",
    vars(dict)["fromkeys"]: "dict.fromkeys(range(2000))",
}
for kind, one in (TEXTS | LISTS).items():
    most = 4000 if kind in TEXTS else 900
    FUNCTIONS |= {
        vars(kind)["__mul__"]: f"{kind.__name__}.__mul__({one}, 9000)",
        vars(kind)["__rmul__"]: f"{kind.__name__}.__rmul__({one}, 9000)",
        vars(kind)["__add__"]: f"{kind.__name__}.__add__({one} * n({most}), {one} * n({most}))",
    }
    if "__iadd__" in vars(kind):
        FUNCTIONS |= {
            vars(kind)["__imul__"]: f"{kind.__name__}.__imul__({one}, 9000)",
            vars(kind)["__iadd__"]: f"{kind.__name__}.__iadd__({one} * n({most}), {one} * n({most}))",
        }
for kind, one in TEXTS.items():
    FUNCTIONS |= {vars(kind)[name]: f"{one}.{name}(9000)" for name in ("ljust", "rjust", "center", "zfill")}
    tabs, template = one.replace("'a'", r"'\t\t'"), one.replace("'a'", "'%*d'")
    FUNCTIONS |= {
        vars(kind)["__mod__"]: f"{kind.__name__}.__mod__({template}, (9000, 1))",
        vars(kind)["join"]: f"({one} * n(400)).join([{one}] * n(900))",
        vars(kind)["replace"]: f"({one} * n(400)).replace({one}, {one} * n(400))",
        vars(kind)["expandtabs"]: f"{tabs}.expandtabs(9000)",
    }
SHARE = list(FUNCTIONS.items())[sys.version_info.minor % 3 :: 3]
"""Another third on each version in turn."""
ITERATING = {
    list: "list(iter(range(5000)))",
    tuple: "tuple(iter(range(5000)))",
    set: "set(iter(range(5000)))",
    frozenset: "frozenset(iter(range(5000)))",
    sorted: "sorted(iter(range(5000)))",
    vars(list)["extend"]: "x = []\nx.extend(iter(range(5000)))",
    vars(set)["update"]: "x = set()\nx.update(iter(range(5000)))",
}


def largest_made(source: str, monkeypatch: pytest.MonkeyPatch) -> float:
    """Runs a program within the limits, and gives how large the largest value was that it made, in limits."""
    made, look = [0.0], Gauge._look

    def seen(self: Gauge, frame: object, value: object) -> None:
        if type(value) in MEASURES:
            limit, measure = MEASURES[type(value)]
            made.append(measure(value) / MOST[limit])
        look(self, frame, value)

    monkeypatch.setattr(Gauge, "_look", seen)
    recording = execute_and_trace(f"import math, operator\nn = int\n{source}\n", TracerConfig(limits=Limits(**MOST)))
    assert "limit" == recording.outcome.status, recording.stderr
    return max(made)


def switch_off(table: MutableMapping[object, object], key: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(table, key)


@pytest.mark.parametrize("sign", sorted(BINARY))
def test_without_the_estimate_of_an_operator_its_result_is_made(sign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert largest_made(OPERATORS[sign], monkeypatch) <= 1
    switch_off(BINARY, sign, monkeypatch)  # type: ignore[arg-type] # a dictionary of whatever
    assert largest_made(OPERATORS[sign], monkeypatch) > 1


@pytest.mark.parametrize(("function", "source"), SHARE, ids=[source for _, source in SHARE])
def test_without_the_estimate_of_a_function_its_result_is_made(
    function: object, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert largest_made(source, monkeypatch) <= 1
    switch_off(CALLS, id(function), monkeypatch)  # type: ignore[arg-type] # as above
    assert largest_made(source, monkeypatch) > 1


@pytest.mark.parametrize(("function", "source"), ITERATING.items(), ids=ITERATING.values())
def test_what_takes_the_items_of_an_iterator_gets_one_too_many_at_most(
    function: object, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert largest_made(source, monkeypatch) <= 1.001
    switch_off(CONSUMERS, id(function), monkeypatch)  # type: ignore[arg-type] # as above
    assert largest_made(source, monkeypatch) > 2


def test_there_is_a_program_for_each_estimate() -> None:
    assert OPERATORS.keys() == BINARY.keys()
    assert set(map(id, FUNCTIONS)) == CALLS.keys()
    assert set(map(id, ITERATING)) == CONSUMERS.keys()


@pytest.mark.parametrize(
    ("function", "source"),
    [
        ("percent_width", "'%*d' % (n(9000), 1)"),
        ("template_width", "'{:{}}'.format('a', n(9000))"),
        ("specified_width", "format(1, '9000')"),
    ],
)
def test_without_the_width_of_a_template_it_is_filled(
    function: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert largest_made(source, monkeypatch) <= 1
    monkeypatch.setattr(estimates, function, lambda *_: 0)
    assert largest_made(source, monkeypatch) > 1
