"""Tests that recording and auditing do not change a program: output and path are those of CPython."""

import subprocess
import sys
from pathlib import Path

import pytest

from calcharo_vm import Capture, Recording, TracerConfig, execute_and_trace
from tests.conformance.fuzzing.outcome import run_natively, run_on_machine
from tests.conformance.running import ROOT, clean_environment

PROGRAMS = {
    "finalisers": """
class Loud:
    def __init__(self, name): self.name = name
    def __del__(self): print('del', self.name)
a = Loud('a'); b = a
a = None; print('still'); b = None; print('gone')
items = [Loud('in list')]; items.pop(); print('popped')
table = {'k': Loud('value')}; table['k'] = Loud('next'); print('replaced'); table.clear()
def local(): kept = Loud('local'); return 1
local(); print('returned'); Loud('nameless'); print('after')
def argument(x): x = None; print('in call'); return 2
argument(Loud('argument')); print('called')
def generate():
    held = Loud('generator')
    try: yield 1
    finally: print('finally')
g = generate(); next(g); g = None; print('generator gone')
for each in [Loud('looped'), Loud('again')]: print('body', each.name)
each = None; print('loop over')
print([Loud('temporary').name, 1][0]); print('end')
x = (Loud('tuple'), 1)[1]; y = [Loud(str(i)).name for i in range(2)]
try: raise ValueError(Loud('raised'))
except ValueError: print('caught')
print('handled')
del Loud
""",
    "weak references": """
import weakref
class Thing: pass
noted = []
thing = Thing(); ref = weakref.ref(thing, lambda _: print('callback'))
print(ref() is thing, weakref.getweakrefcount(thing)); thing = None; print(ref())
table = weakref.WeakValueDictionary(); table['k'] = kept = Thing(); print(len(table)); kept = None; print(len(table))
def function(): pass
print(weakref.getweakrefcount(function), weakref.getweakrefcount(Thing)); weakref.finalize(function, print, 'final')
function = None; print('function gone')
sets = weakref.WeakSet([one := Thing(), other := Thing()]); print(len(sets)); del one; print(len(sets))
""",
    "the collector": """
import gc
class Cycle:
    def __init__(self, name): self.name, self.me = name, self
    def __del__(self): print('del', self.name)
gc.collect(); Cycle('lost'); print('not yet'); print(gc.collect() > 0); print('now')
gc.disable(); print(gc.isenabled()); Cycle('second'); gc.enable(); print(gc.isenabled())
x = [Cycle('listed')]; x.append(x); x = None; gc.collect(); print('collected')
print(gc.is_tracked([]), gc.is_tracked(1), gc.is_tracked({'a': 1}), len(gc.get_referents([1, 2])), gc.garbage)
class Back:
    def __del__(self): global kept; kept = self
back = Back(); back.me = back; back = None; gc.collect(); print(type(kept).__name__); kept = None; gc.collect()
""",
    "exceptions that compare": """
class E(Exception):
    def __eq__(self, other): print('compared'); return True
    __hash__ = None
try:
    try:
        try: raise E(1)
        except E: raise E(2)
    except E as error:
        kept = error
        raise E(3) from kept
except E as error: last = error
try: raise last
except E: print('handled')
""",
    "identities": """
a = [object() for _ in range(50)]
print(len({id(each) for each in a}), id(a) == id(a), a is a)
b = []; before = id(b); b.append(1); print(id(b) == before)
def identity(x): return id(x)
print(identity(a) == id(a), all(identity(each) == id(each) for each in a))
import pickle, copy
print(copy.copy(a) is a, pickle.loads(pickle.dumps([1])) == [1])
""",
    "reference counts": """
import sys
def counts(x): return sys.getrefcount(x)
a = []; print(sys.getrefcount(a)); b = a; print(sys.getrefcount(a)); del b; print(sys.getrefcount(a))
c = [a, a]; print(sys.getrefcount(a)); c.clear(); print(sys.getrefcount(a)); print(counts(a), counts([]))
class C:
    def __init__(self): self.items = a
c = C(); print(sys.getrefcount(a)); vars(c).clear(); print(sys.getrefcount(a))
for each in [a]: print(sys.getrefcount(each))
def build(): text = ''; text += 'x'; text += 'y'; return text
print(build(), (lambda *args: sys.getrefcount(args))(1))
""",
    "hostile objects": """
calls = []
class Hostile:
    def note(name):
        def method(self, *args): calls.append(name); return NotImplemented
        return method
    for name in '__eq__ __ne__ __lt__ __repr__ __str__ __len__ __bool__ __iter__ __getitem__ __contains__'.split():
        locals()[name] = note(name)
    del name, note
    def __hash__(self): calls.append('hash'); return 1
    def __getattr__(self, name): calls.append('getattr ' + name); raise AttributeError(name)
    def __setattr__(self, name, value): calls.append('setattr'); object.__setattr__(self, name, value)
    def __dir__(self): calls.append('dir'); return []
    @property
    def loud(self): calls.append('property')
    @property
    def __class__(self): calls.append('class'); return int
h = object.__new__(Hostile); both = [h, h]; table = {'k': h}; pair = (h, [h]); h.x = 1
keyed = {}; keyed[h] = h; elements = {h}; list.append(both, h); table.update(other=h); first, *rest = both
def pass_on(x): return x
pass_on(h); print(calls)
""",
    "idioms": """
def grow():
    text = ''
    for i in range(5): text = text + str(i)
    return text
import itertools
pairs = [pair for pair in zip('ab', 'cd')]; print(pairs, len({id(p) for p in pairs}))
print(grow(), list(itertools.product('ab', repeat=2)), [*map(list, zip([1], [2]))])
x = [1, 2, 3]; it = iter(x); x.clear(); print(next(it, 'end'))
d = dict.fromkeys('ab', []); d['a'].append(1); print(d)
""",
}
AUDITED = TracerConfig(capture=Capture(audit=True))


@pytest.mark.parametrize("name", PROGRAMS)
class TestUnchanged:
    def test_output_is_cpythons(self, name: str, tmp_path: Path) -> None:
        program = tmp_path / "program.py"
        program.write_text(PROGRAMS[name])
        environment = clean_environment(PYTHONPATH=str(ROOT))
        native = subprocess.run([sys.executable, program], check=False, capture_output=True, text=True, env=environment)

        assert "" == native.stderr
        assert native.stdout == execute_and_trace(program).stdout
        assert native.stdout == execute_and_trace(program, AUDITED).stdout

    def test_the_path_is_that_of_cpython_and_of_the_machine_alone(self, name: str) -> None:
        native, machine = run_natively(PROGRAMS[name], {}), run_on_machine(PROGRAMS[name], {})
        recorded = path_of(execute_and_trace(PROGRAMS[name], filename="<guest>"))
        audited = path_of(execute_and_trace(PROGRAMS[name], AUDITED, filename="<guest>"))

        assert native.path == machine.path
        assert recorded == audited
        reported = {(function, line, offset) for function, line, offset in native.path}
        assert native.path == [step for step in recorded if step in reported][: len(native.path)]


def path_of(recording: Recording) -> list[tuple[str, int, int]]:
    journal = recording.journal
    steps = (journal.instruction(step) for step in range(len(recording)))
    return [(journal.codes[each.code].function, journal.codes[each.code].first_line, each.offset) for each in steps]


def test_automatic_collections_do_not_disturb_a_recording() -> None:
    source = """
import gc
class Cycle:
    def __init__(self): self.me = self
    def __del__(self): seen.append(len(seen))
seen = []
gc.set_threshold(5, 2, 2)
for i in range(300): Cycle(); x = [[i], {}]
gc.set_threshold(700, 10, 10); gc.collect()
print(len(seen), seen == list(range(300)))
"""
    recording = execute_and_trace(source, AUDITED)

    assert "300 True\n" == recording.stdout, recording.stderr
    assert all(step.value_stack is not None for step in recording[-400:])


def test_generators_that_automatic_collections_close_do_not_disturb_a_recording() -> None:
    source = """
import gc, sys
class Box: pass
def generator(box, kept):
    try: yield kept
    finally:
        for i in range(5): kept.append(i)
        seen.append((len(kept), sys._getframe().f_code.co_name, type(sys.exception()).__name__))
seen = []
gc.set_threshold(5, 2, 2)
for i in range(200):
    box = Box()
    box.generator = generator(box, [])
    next(box.generator); x = [[i], {}]
del box
gc.set_threshold(700, 10, 10); gc.collect()
print(len(seen), seen == 200 * [(5, 'generator', 'GeneratorExit')])
"""
    recording = execute_and_trace(source, AUDITED)

    assert "200 True\n" == recording.stdout, recording.stderr
    assert all(step.value_stack is not None for step in recording[-400:])


POSTPONED = {
    "def __del__(self): raise ValueError('lost')": "ValueError: lost",
    "kept = None": "RuntimeError: generator ignored GeneratorExit",
}


@pytest.mark.parametrize("line", POSTPONED)
def test_what_a_postponed_finaliser_raises_is_reported(line: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(f"""
import gc
class Cycle:
    def __init__(self): self.me = self; self.stubborn = stubborn(self); next(self.stubborn)
    {line}
def stubborn(keeper):
    if hasattr(keeper, 'kept'):
        try: yield
        finally: yield
    yield
gc.set_threshold(3, 2, 2)
for i in range(100): Cycle(); x = [[i], {{}}]
gc.set_threshold(700, 10, 10); gc.collect()
""")
    command = [sys.executable, "-m", "calcharo_vm", "trace", str(program), "--limit", "0"]
    environment = clean_environment(PYTHONPATH=str(ROOT))
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)

    assert done.returncode == 0
    assert (done.stdout + done.stderr).count(POSTPONED[line]) > 50
