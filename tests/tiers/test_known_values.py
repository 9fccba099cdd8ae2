"""Tests that what compiled code has read is read again once it may be something else."""

import pytest

from tests.tiers.comparing import difference

THING = """
class Thing:
    def __init__(self, a, b): self.a, self.b = a, b
    def read(self): return self.a
    def change(self, value):
        self.a = value
        return value
"""

PROGRAMS = {
    "by the code itself": """
def work(thing):
    first = thing.a + thing.a
    thing.a = first % 7
    second = thing.a + thing.b
    thing.b = thing.a
    return second + thing.b + thing.a
thing = Thing(1, 2)
for turn in range(150): work(thing)
""",
    "by another name": """
def work(one, other):
    before = one.a
    other.a = before + 1
    return one.a - before
thing = Thing(1, 2)
total = 0
for turn in range(150): total += work(thing, thing if turn % 2 else Thing(5, 6))
print(total)
""",
    "by a call": """
def work(thing, turn):
    before = thing.a
    thing.change(turn)
    return thing.a + thing.read() - before
thing = Thing(1, 2)
total = 0
for turn in range(150): total += work(thing, turn)
print(total)
""",
    "by a call while it lies on the stack": """
def second(one, two, three, four): return two + four
def work(thing, turn):
    return second(thing, thing.a, thing.change(turn), thing.a)
thing = Thing(1, 2)
total = 0
for turn in range(150): total += work(thing, turn)
print(total)
""",
    "of another type": """
def work(thing, value):
    before = thing.a
    thing.a = value
    return [before, thing.a]
thing = Thing(1, 2)
for turn in range(60):
    work(thing, (turn, str(turn), None, 1.5, True, -0.0, 0.0, [turn])[turn % 8 if turn > 30 else 0])
""",
    "equal, and not the same": """
def work(thing, value):
    before = thing.a
    thing.a = value
    return before
thing = Thing(1, 2)
for turn in range(60): work(thing, (1, True, 1.0, 1, 0.0, -0.0, float('nan'))[turn % 7 if turn > 20 else 0])
""",
    "a global, by a call": """
count = 0
def tell():
    global count
    count += 1
def work():
    before = count
    tell()
    return count - before
total = 0
for turn in range(150): total += work()
print(total)
""",
    "a global, by its dictionary": """
count = 0
def work(names, turn):
    before = count
    names['count'] = turn
    return count - before
total = 0
for turn in range(150): total += work(globals(), turn)
print(total)
""",
    "a builtin that gets hidden": """
def hide():
    global len
    len = lambda value: 100
def work(text, turn):
    before = len(text)
    if turn == 140: hide()
    return len(text) - before
total = 0
for turn in range(150): total += work('abc', turn)
print(total)
""",
    "a class, by a call": """
def change(turn):
    if turn == 140: Thing.a = property(lambda self: 100)
    if turn == 145: del Thing.a
def work(thing, turn):
    before = thing.a
    change(turn)
    return thing.a - before
thing = Thing(1, 2)
total = 0
for turn in range(150): total += work(thing, turn)
print(total)
""",
    "a method, by a call": """
def change(turn):
    if turn == 140: Thing.read = lambda self: 100
def work(thing, turn):
    before = thing.read()
    change(turn)
    return thing.read() - before
thing = Thing(1, 2)
total = 0
for turn in range(150): total += work(thing, turn)
print(total)
""",
    "an object's class, by a call": """
class Other(Thing):
    def read(self): return 100
def change(thing, turn):
    if turn > 140: thing.__class__ = Other
def work(thing, turn):
    before = thing.read() + thing.a
    change(thing, turn)
    return thing.read() + thing.a - before
thing = Thing(1, 2)
total = 0
for turn in range(150): total += work(thing, turn)
print(total)
""",
    "by a dictionary of attributes": """
def work(thing, names, turn):
    before = thing.a
    names['a'] = turn
    return thing.a - before
thing = Thing(1, 2)
total = 0
for turn in range(150): total += work(thing, vars(thing), turn)
print(total)
""",
    "in a loop": """
def work(thing):
    found = 0
    while thing.a < 50:
        found += thing.a
        thing.a += 1
        if thing.a % 3 == 0: thing.b = thing.a
        found += thing.b - thing.a
    return found
print(work(Thing(0, 1)))
""",
}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(name: str) -> None:
    assert not difference(THING + PROGRAMS[name])
