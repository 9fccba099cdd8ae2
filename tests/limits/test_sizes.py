"""Tests for limits on sizes: a run ends before a value is made that is too large, or as soon as one is there."""

from __future__ import annotations

import sys
import time

import pytest

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Limits
from calcharo_vm.program.observation import MachineRecorder
from calcharo_vm.recording import Outcome, OutcomeStatus

SMALL = {"container_size": 1000, "integer_bits": 10_000, "string_length": 5000}
AROUND = (
    "import itertools, math, operator\ntry:\n    {}\nexcept BaseException: print('caught')\nfinally: print('went on')\n"
)


def run(source: str, limits: dict[str, int], tier: str = "interpreter") -> Recording:
    return execute_and_trace(source, TracerConfig(limits=Limits(**limits), optimization=tier))


BOMBS = {
    "integer_bits": [
        "10 ** 10 ** 10",
        "1 << 10 ** 11",
        "x = 3; x **= 10 ** 12",
        "x = 1; x <<= 10 ** 11",
        "pow(7, 10 ** 12)",
        "(7).__pow__(10 ** 12)",
        "int.__lshift__(1, 10 ** 11)",
        "operator.pow(7, 10 ** 12)",
        "pow(*(7, 10 ** 12))",
        "math.factorial(10 ** 9)",
        "math.comb(10 ** 9, 5 * 10 ** 8)",
        "math.perm(10 ** 9, 5 * 10 ** 8)",
        "x = 2 ** 9000; x * x",
        "x = 2 ** 9000; x *= x",
        "x = 3\nwhile True: x = x * x",
        "x = 3\nwhile True: x = x + x",
        "x = 1\nwhile True: x = ~(x << 1)",
        "int.from_bytes(bytes(4000), 'big')",
        "int('9' * 4000)",
        "for each in itertools.accumulate(itertools.repeat(3), operator.mul): pass",
    ],
    "string_length": [
        "'a' * 10 ** 11",
        "10 ** 11 * b'a'",
        "x = 'a'; x *= 10 ** 11",
        "x = 'a' * 4000; x + x",
        "x = 'a' * 4000; x += x",
        "x = bytearray(4000); x += x",
        "f'{1:>10000000000}'",
        "f'{1.5:.100000f}'",
        "width = 10 ** 10; f'{1:{width}}'",
        "x = 'a' * 4000; f'{x}{x}'",
        "'%10000000000d' % 1",
        "b'%*d' % (10 ** 10, 1)",
        "bytearray(b'%*d') % (10 ** 10, 1)",
        "'%.*f' % (10 ** 6, 1)",
        "'{:{}}'.format('a', 10 ** 10)",
        "'{0:>10000000000}'.format('a')",
        "format(1, '10000000000')",
        "'a'.ljust(10 ** 10)",
        "b'a'.center(10 ** 10, b'x')",
        "str.zfill('1', 10 ** 10)",
        "'a\\tb'.expandtabs(10 ** 10) and '\\t\\t'.expandtabs(10 ** 10)",
        "('a' * 4000).replace('a', 'b' * 4000)",
        "('a' * 400).join(['b'] * 900)",
        "bytes(10 ** 10)",
        "bytearray(10 ** 10)",
        "str.__mul__('a', 10 ** 11)",
        "operator.concat('a' * 4000, 'b' * 4000)",
        "repeat = 'a'.__mul__; repeat(10 ** 11)",
        "x = bytearray()\n    while True: x.append(1)",
        "x = bytearray(10)\n    while True: x.extend(x)",
        "x = 'ab'\n    while True: x = x.replace('b', 'bb') + x",
        "str(list(range(900))) * 2",
        "repr(tuple('abcdefgh' * 120)) + repr(tuple('abcdefgh' * 120))",
    ],
    "container_size": [
        "[0] * 10 ** 11",
        "10 ** 11 * (1, 2)",
        "x = [0]; x *= 10 ** 11",
        "x = [0] * 900; x + x",
        "x = [0] * 900; x += x",
        "x = [0] * 900; x += range(10 ** 12)",
        "list(range(10 ** 18))",
        "tuple(range(10 ** 30, 0, -1))",
        "set(range(10 ** 12))",
        "frozenset(itertools.count())",
        "sorted(itertools.count(), key=None)",
        "list(itertools.count())",
        "[*itertools.count()]",
        "[*range(10 ** 12)]",
        "x = []; x.extend(itertools.count())",
        "x = []; grow = x.extend; grow(itertools.repeat(1))",
        "x = []; list.extend(x, range(10 ** 12))",
        "x = set(); x.update(itertools.count())",
        "x = []\n    while True: x.append(1)",
        "x = []\n    while True: x.insert(0, 1)",
        "x = {}\n    for n in itertools.count(): x[n] = n",
        "x = {}\n    for n in itertools.count(): x.setdefault(n)",
        "x = set()\n    for n in itertools.count(): x.add(n)",
        "x = [0] * 10\n    while True: x[1:1] = x",
        "[n for n in itertools.count()]",
        "{n for n in itertools.count()}",
        "{n: n for n in itertools.count()}",
        "x = dict.fromkeys(range(900)); {**x, **dict.fromkeys(range(900, 1800))}",
        "dict.fromkeys(range(10 ** 12))",
        "x = set(range(900)); {*x, *range(900, 1800)}",
        "x = {}\n    for n in itertools.count(): x.update({n: n})",
        "x = range(900); (lambda *a: a)(*x, *x)",
        "x = dict.fromkeys(map(str, range(900))); dict(**x, **dict.fromkeys(map(str, range(900, 1800))))",
        "'a ' * 2000 and ('a ' * 2000).split()",
    ],
}
CASES = [(limit, source) for limit, sources in BOMBS.items() for source in sources]


@pytest.mark.parametrize(("limit", "source"), CASES, ids=[source for _, source in CASES])
def test_what_is_too_large_ends_the_run(limit: str, source: str) -> None:
    began = time.monotonic()
    recording = run(AROUND.format(source.replace("\nwhile", "\n    while")), SMALL)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit=limit)
    assert recording.stdout == ""
    assert recording[-1].variables_state is not None
    assert time.monotonic() - began < 20  # or else it was made first


HONEST = """
import math, itertools, operator, datetime
class Number(int):
    def __mul__(self, other): return "times"
class Text(str):
    def join(self, parts): return "joined"
class Bytes(bytes):
    def decode(self, *_): print("decoded")
class Odd:
    def __format__(self, specification): return specification[:4]
found = [
    2 ** 9000 % 7, pow(7, 10 ** 12, 11), pow(2, -3), 0 << 10 ** 12,
    1 ** 10 ** 12, 0 ** 10 ** 12,
    (1 << 9999).bit_length(), "a" * -5, "a" * 5000 == "a" * 5000, [0] * 1000 == [0] * 1000, Number(3) * 10 ** 12,
    "%d items, 99999999 left" % 3, "%5000d" % 1 == " " * 4999 + "1", "{} 99999999 {{:99999999}}".format(1),
    "%%99999999",
    "{:%Y-99999999}".format(datetime.date(2000, 1, 1)), f"{Odd():99999999}", "{:99999999}".format(Odd()),
    "{0:{1}}".format("a", 5),
    "{:{}} {}".format("a", 5, 10 ** 9), "{a:>{b}}".format(a=1, b=3), "{0[0]}".format([1]),
    "".join(["a"] * 1000), ",".join(str(n) for n in range(100)), Text().join([]), "ab".replace("b", "", 99999999),
    "ab".replace("x", "y" * 4000),
    "a\\tb".expandtabs(), "a\\tb".expandtabs(-5), b"a\\tb".expandtabs(3), "x".ljust(5000) == "x" + " " * 4999,
    "x".center(-5),
    list(range(1000)) == list(range(1000)), list(range(0, 10 ** 6, 1000)), tuple(reversed(range(1000)))[0],
    len(range(10 ** 12)),
    sorted(itertools.islice(itertools.count(), 1000), reverse=True)[0], [*range(1000)][0], list(iter("abc")),
    set("aab") == {"a", "b"},
    math.factorial(20), math.factorial(True), math.comb(50, 3), math.comb(5, 9), math.perm(5), math.perm(20, 3),
    bytes(5), bytes([1, 2]), bytes("ä", "utf8"),
    bytearray(b"ab") + b"c", int.from_bytes(b"abc", "big"), operator.mul(3, 4), operator.iadd([1], [2]),
    operator.mod("%s", 1), format(3.5, "9.2f"), format("a"),
    "{".join("ab"), dict.fromkeys("ab"), dict.fromkeys(range(3), 0), max(10 ** 12, 3), 10 ** 12 * 1.5,
    "%.3f" % 2.5, "%(a)s" % {"a": 1}, "%c" % 99, b"%b" % b"x",
    bytearray(b"%d") % 5, Bytes(b"%d") % 5,
]
def attempt(act):
    try: return act()
    except Exception as error: return type(error).__name__, str(error)
found += [attempt(each) for each in (
    lambda: str.join(5, []), lambda: "a" * "b", lambda: [] + (), lambda: 2 ** "x", lambda: "a".ljust("x"),
    lambda: list(5), lambda: "{".format(1),
    lambda: "%d" % "x", lambda: "%*d" % ("x", 1), lambda: "{1}".format(0), lambda: "{a}".format(0),
    lambda: bytes(-1), lambda: [].extend(5),
    lambda: math.factorial(-1), lambda: math.comb(1.5, 2), lambda: "a".replace(1, 2), lambda: 1 << -1,
    lambda: int.from_bytes(5, "big"), lambda: [*5],
    lambda: list(), lambda: pow(), lambda: "a".join(5), lambda: bytearray().append("x"), lambda: list(1, 2),
    lambda: f"{1:y}", lambda: "{:{}}".format(1),
)]
items = [3, 1, 2]
items.extend(iter([5, 4])); items += (n for n in range(2)); items.sort(); items[1:2] = [9, 9]
"""


def test_programs_within_the_limits_are_not_changed() -> None:
    limited, free = run(HONEST, SMALL), execute_and_trace(HONEST)

    assert (limited.outcome, limited.stderr) == (free.outcome, free.stderr)
    for name in ("found", "items"):
        assert limited[-1].variables_state[name] == free[-1].variables_state[name]
    space: dict[str, object] = {"__name__": "__main__"}
    exec(HONEST, space)
    assert len(limited) == len(free)


def test_what_nobody_limits_may_be_as_large_as_it_likes() -> None:
    recording = run("x = [0] * 5000\ny = 'a' * 5000\nz = 2 ** 5000\nfor each in x: pass\n", {"integer_bits": 6000})

    assert recording.outcome.status is OutcomeStatus.COMPLETED


def test_the_instruction_that_would_make_it_is_not_executed() -> None:
    recording = run("x = 5\ny = x ** 10 ** 6\n", {"integer_bits": 100})

    assert recording[-1].opname.startswith("LOAD")
    assert recording[-1].value_stack == (5, 1_000_000)


def test_iterables_that_are_cut_are_recorded_as_they_are() -> None:
    source = "x = iter(range(5))\ny = list(x)\nz = next(x, None)\nw = [*iter('ab')]\n"
    limited, free = run(source, SMALL), execute_and_trace(source)

    assert [step.variables_state for step in limited] == [step.variables_state for step in free]


@pytest.mark.parametrize("limit", SMALL)
def test_the_compiled_tier_leaves_sizes_to_the_interpreter(limit: str) -> None:
    start, sign = {"container_size": ("[0]", "*"), "integer_bits": ("2", "**"), "string_length": ("'a'", "*")}[limit]
    source = f"y = {start}\nfor n in range(500): pass\ny = y {sign} 10 ** 10\n"
    recording = run(source, {limit: 1000}, tier="compiled")

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit=limit)
    assert recording.statistics.tier == "interpreter"
    assert "limits on sizes" in recording.statistics.reason


def test_without_limits_on_sizes_nothing_looks_at_them() -> None:
    limited, free = MachineRecorder(limits=Limits(container_size=5)), MachineRecorder(limits=Limits(steps=5))

    assert limited._gauge is not None
    assert free._gauge is None
    for each in (limited, free):
        each.finish()
    assert "calcharo_vm.limits.gauge" in sys.modules
