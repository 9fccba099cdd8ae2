"""Writes random programs that change objects in every way we know: by opcodes, by C code, by the library, in callbacks.

Each statement stands in a `try`, so that whatever fails is only another way to change nothing, or half of it.
What a native function does in a thread is found by the next comparison only, so its thread ends within one call.
"""

from collections.abc import Callable
from textwrap import indent

from hypothesis import strategies as st

from tests.conformance.fuzzing.builder import Choices
from tests.conformance.fuzzing.semantics import DrawnChoices

HEADER = """\
import array, bisect, collections, contextlib, copy, csv, functools, gc, heapq, io, itertools, json, operator
import queue, random, re, string, threading, types, weakref
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque

class Plain:
    def __init__(self, *parts): self.parts, self.last = list(parts), None
    def add(self, part): self.parts.append(part); self.last = part; return self
    def __len__(self): return len(self.parts)
    def __iter__(self): return iter(self.parts)
class Slotted:
    __slots__ = ('one', 'two')
    def __init__(self, one=None): self.one = one
class Listed(list): kind = 'listed'
class Mapped(dict): pass
class Deque(deque): pass
class Number(int): pass
class Loud:
    def __init__(self, log): self.log = log
    def __del__(self): self.log.append(len(self.log))
class Equal:
    def __init__(self, n): self.n = n
    def __eq__(self, other): return self.n == getattr(other, 'n', other)
    def __hash__(self): return hash(self.n)
    def __lt__(self, other): return self.n < getattr(other, 'n', 0)
class Managed:
    def __init__(self, log): self.log = log
    def __enter__(self): self.log.append('in'); return self.log
    def __exit__(self, *info): self.log.append('out'); return True
def numbers(log, n=3):
    try:
        for i in range(n):
            got = yield i
            log.append(got)
    finally:
        log.append('end')
def delegating(log):
    log.append((yield from numbers(log)))
def keeping(log):
    def keep(*parts):
        log.append(parts[-1] if parts else None)
        return len(log)
    return keep
def noting(function):
    @functools.wraps(function)
    def inner(*args, **named):
        inner.calls = getattr(inner, 'calls', 0) + 1
        return function(*args, **named)
    return inner
def in_thread(function, *args):
    thread = threading.Thread(target=function, args=args)
    if isinstance(function, (types.FunctionType, types.MethodType)): thread.start(); thread.join()
    else: list(map(operator.call, [thread.start, thread.join]))
"""

START = """\
a, b, c = [3, 1, 2], [[], 'x'], ['k', 'l']
d, e = {'k': a, 'l': 1}, {1: b}
s, t = {1, 'p'}, frozenset({2})
q, r = deque([1, 2, 3]), deque([a], maxlen=3)
o, p, m = Plain(a), Slotted(b), Listed([1])
n, dd, od = Mapped(k=a), defaultdict(list), OrderedDict(k=1, l=a)
ct, ba, ar = Counter('hello'), bytearray(b'bytes'), array.array('i', [3, 1])
g, h = numbers(a), keeping(b)
x = y = z = None
"""

LISTS = ("a", "b", "c", "m", "o.parts", "d['k']", "e[1]", "dd['k']")
DICTS = ("d", "e", "n", "od", "dd", "ct", "vars(o)", "o.__dict__", "globals()['d']")
SETS = ("s", "set(s)", "s")
DEQUES = ("q", "r")
OBJECTS = ("o", "p", "m", "n", "h", "Plain", "Slotted")
NAMES = ("a", "b", "c", "d", "e", "o", "x", "y", "z", "q", "m", "n")
SCALARS = ("0", "1", "2", "-1", "'k'", "'l'", "'new'", "1.5", "None", "True", "b'b'", "(1, 2)")
FRESH = ("[]", "[1, 2]", "{}", "{'k': 1}", "{3}", "(1, [2])", "Plain()", "Slotted()", "Listed('ab')", "deque('ab')")
FRESH_TOO = ("Loud(a)", "Equal(1)", "Number(3)", "bytearray(b'z')", "(i for i in a)", "iter(a)", "map(str, a)")

Form = Callable[["Writer"], str]
_FORMS: list[tuple[int, Form]] = []


def form(weight: int = 1) -> Callable[[Form], Form]:
    """Registers a form of statement, chosen in proportion to its weight."""

    def register(write: Form) -> Form:
        _FORMS.append((weight, write))
        return write

    return register


class Writer:
    """Writes statements from choices."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._forms = [write for weight, write in _FORMS for _ in range(weight)]

    def pick(self, *options: str) -> str:
        """Chooses one of some texts."""
        return options[self._choices.below(len(options))]

    def value(self) -> str:
        """Gives an expression: a scalar, an object there is, or a new one."""
        return self.pick(*SCALARS, *NAMES, *NAMES, *FRESH, *FRESH, *FRESH_TOO)

    def key(self) -> str:
        """Gives an expression that may be a key."""
        return self.pick(*SCALARS, "Equal(1)", "Equal('k')", "t", "Number(1)")

    def statement(self) -> str:
        """Gives one statement."""
        return self._forms[self._choices.below(len(self._forms))](self)

    def block(self) -> str:
        """Gives a few statements, indented."""
        return "\n".join(indent(self.statement(), "    ") for _ in range(1 + self._choices.below(3)))


@form(3)
def bind(w: Writer) -> str:
    return f"{w.pick(*NAMES)} = {w.value()}"


@form(1)
def bind_many(w: Writer) -> str:
    return w.pick(
        f"x, *y = {w.pick(*LISTS)}",
        f"x, y = {w.value()}, {w.value()}",
        f"({w.pick(*LISTS)})[:2], z = [{w.value()}], {w.value()}",
        f"x = (y := {w.value()})",
        f"del {w.pick('x', 'y', 'z')}",
        f"x = [i for i in {w.pick(*LISTS)} if (z := i)]",
        f"x = {{i: [i] for i in {w.pick('range(3)', 'c', 't')}}}",
        f"x = [*{w.pick(*LISTS)}, *{w.pick(*DEQUES)}]; y = {{**{w.pick('d', 'n', 'od')}}}",
    )


@form(5)
def change_list(w: Writer) -> str:
    one, other, value = w.pick(*LISTS), w.pick(*LISTS, "s", "g", "map(h, tuple(c))", "iter('ab')"), w.value()
    return w.pick(
        f"{one}.append({value})",
        f"{one}.extend({other})",
        f"{one}.insert({w.pick('0', '1', '-1', '99')}, {value})",
        f"{one}.pop()",
        f"{one}.pop(0)",
        f"{one}.remove({value})",
        f"{one}.sort(key={w.pick('str', 'repr', 'id', 'h', 'lambda v: (a.append(1), 0)[1]')})",
        f"{one}.sort(key=repr, reverse=True)",
        f"{one}.reverse()",
        f"{one}.clear()",
        f"{one}[0] = {value}",
        f"{one}[1:2] = {other}",
        f"{one}[::2] = [{value}] * 2",
        f"del {one}[0]",
        f"del {one}[1:]",
        f"{one} += {other}",
        f"{one} *= 2",
        f"x = {one}.copy(); x.append({value})",
        f"{one}.__setitem__(0, {value})",
        f"list.append({one}, {value})",
        f"{one}.__init__({other})",
        f"x = {one}.append; x({value}); x({value})",
    )


@form(4)
def change_dict(w: Writer) -> str:
    one, other, key, value = w.pick(*DICTS), w.pick("d", "n", "od", "{}", "[(1, 2)]"), w.key(), w.value()
    return w.pick(
        f"{one}[{key}] = {value}",
        f"del {one}[{key}]",
        f"{one}.pop({key}, None)",
        f"{one}.popitem()",
        f"{one}.setdefault({key}, {value})",
        f"{one}.update({other})",
        f"{one}.update(k={value}, new={value})",
        f"x = {one} | {{'k': {value}}}",
        f"x = {one}; x |= {{'k': {value}}}",
        f"dict.__setitem__({one}, {key}, {value})",
        f"x = {one}.copy(); x[{key}] = {value}",
        f"dd[{key}].append({value})",
        f"od.move_to_end({key})",
        f"od.popitem(last=False); od[{key}] = {value}",
        f"ct.update({w.pick(*LISTS)})",
        "ct.subtract('hl'); ct += Counter(a=1)",
        f"x = ChainMap({{}}, d); x[{key}] = {value}; x.maps[1][{key}] = {value}",
        f"x = dict.fromkeys(c, {value}); x.clear()",
        f"x = {one}.get({key}); y = list({one}.items())",
    )


@form(2)
def change_set_or_deque(w: Writer) -> str:
    one, other, key = w.pick(*SETS), w.pick(*DEQUES), w.key()
    return w.pick(
        f"{one}.add({key})",
        f"s.discard({key})",
        f"s.update([{key}])",
        f"s |= {{{key}}}",
        f"s -= {{{key}}}",
        f"s ^= {{{key}, 1}}",
        "s.pop()",
        "s.clear()",
        f"s.intersection_update({{{key}}})",
        f"{other}.append({w.value()})",
        f"{other}.appendleft({w.value()})",
        f"{other}.rotate({w.pick('1', '-1', '2')})",
        f"{other}.extend({w.pick(*LISTS)})",
        f"{other}.extendleft({w.pick(*LISTS)})",
        f"{other}.pop()",
        f"{other}.popleft()",
        f"{other}.insert(1, {w.value()})",
        f"{other}[0] = {w.value()}",
        f"del {other}[0]",
        f"{other} += [1]",
        f"{other}.reverse(); {other}.remove(2)",
    )


@form(4)
def change_attributes(w: Writer) -> str:
    one, value = w.pick(*OBJECTS), w.value()
    name = w.pick("one", "two", "new", "last", "parts")
    return w.pick(
        f"{one}.{name} = {value}",
        f"del {one}.{name}",
        f"setattr({one}, '{name}', {value})",
        f"object.__setattr__({one}, '{name}', {value})",
        f"delattr({one}, '{name}')",
        f"vars({one})['{name}'] = {value}",
        f"{one}.__dict__.update({name}={value})",
        f"{one}.__dict__ = {{'{name}': {value}}}",
        f"x = {one}; x.{name} = x",
        f"o.add({value}).add({value})",
        f"operator.attrgetter('parts')(o).append({value})",
        f"operator.methodcaller('add', {value})(o)",
        f"o = copy.{w.pick('copy', 'deepcopy')}(o); o.last = {value}",
        f"o.__class__ = type('Other', (Plain,), {{'extra': {value}}})",
        f"x = types.SimpleNamespace(k={value}); x.more = x; del x.k",
        f"type(o).shared = {value}",
    )


@form(4)
def change_by_library(w: Writer) -> str:
    one, value = w.pick(*LISTS), w.value()
    return w.pick(
        f"heapq.heappush({one}, {w.pick('1', '0', '5')})",
        f"heapq.heapify({one}); heapq.heappop({one})",
        f"heapq.heapreplace({one}, 4)",
        f"bisect.insort({one}, {w.pick('1', '2')})",
        f"random.Random({w.pick('1', '2')}).shuffle({one})",
        f"functools.reduce(lambda acc, v: acc.append(v) or acc, {w.pick(*LISTS, 't')}, {one})",
        f"operator.setitem({one}, 0, {value}); operator.iadd({one}, [{value}]); operator.delitem({one}, 0)",
        f"operator.setitem(d, {w.key()}, {value})",
        f"functools.partial({one}.append, {value})()",
        f"x = functools.partial(setattr, o, 'last'); x({value})",
        f"x = copy.copy({one}); x.append({value})",
        f"x = copy.deepcopy(d); x['k'] = {value}",
        f"x = json.loads('[1, {{\"k\": [2]}}]'); x[1]['k'].append({value})",
        f"x = queue.Queue(); x.put({one}); x.get().append({value})",
        "x = io.StringIO(); csv.writer(x).writerow([1, 2]); y = x.getvalue()",
        f"re.sub('[a-e]', lambda found: {one}.append(found[0]) or '', 'abc')",
        "x = string.Template('$k').substitute(d)",
        f"x = collections.UserList({one}); x.append({value}); x.data.append(1)",
        f"x = collections.UserDict(d); x['new'] = {value}",
        "x = weakref.WeakValueDictionary(); y = Plain(); x['k'] = y; del y",
        f"x = contextlib.ExitStack(); x.callback({one}.append, {value}); x.close()",
        "x = memoryview(ba); x[0] = 65; x.release()",
        f"x = types.MappingProxyType(d); d['new'] = {value}; y = x['new']",
    )


@form(3)
def call_back(w: Writer) -> str:
    one, other, value = w.pick(*LISTS), w.pick("tuple(c)", "(1, 2)", "range(2)", "tuple(q)"), w.value()
    return w.pick(
        f"x = list(map({one}.append, {other}))",
        f"x = [*map(h, {other})]",
        f"x = sorted({other}, key=lambda v: ({one}.append(v), str(v))[1])",
        f"x = list(filter(lambda v: {one}.append(v), {other}))",
        f"x = any({one}.append(v) for v in {other})",
        f"x = dict(zip({other}, map(h, {other})))",
        f"for x in map({one}.append, {other}): y = x",
        f"for i, x in enumerate(map(h, {other})): y = i",
        f"for x in zip({other}, g): {one}.append(x)",
        f"for x in iter(lambda: {one}.pop() if {one} else None, None): y = x",
        f"x, *y = map({one}.append, {other})",
        f"x = max({other}, key=lambda v: h(v))",
        f"x = list(itertools.accumulate({other}, lambda p, v: {one}.append(v) or v))",
        f"x = list(itertools.chain({other}, map({one}.append, {other})))",
        f"x = itertools.tee(map({one}.append, {other})); y = next(x[0])",
        f"x = functools.lru_cache(lambda v: {one}.append(v)); x(1); x(1)",
        f"x = noting({one}.append); x({value}); y = x.calls",
        f"x = sum((h(v) for v in {other}), 0)",
        f"exec('{w.pick('x', 'y')} = [1]; a.append(2)')",
        "x = eval('[a.append(3), b]')",
        f"globals()['{w.pick('x', 'y', 'sneaky')}'] = {value}",
        f"x = iter({one}); y = next(x, None); {one}.append({value}); y = list(x)",
        f"x = reversed({one}); y = next(x, None)",
    )


@form(3)
def generate(w: Writer) -> str:
    one, value = w.pick(*LISTS), w.value()
    return w.pick(
        f"g = numbers({one})",
        f"g = delegating({one})",
        "x = next(g, None)",
        f"x = g.send({w.pick('None', value)})",
        "g.throw(ValueError('thrown'))",
        "g.close()",
        f"for x in g: {one}.append(x)",
        f"x = list(numbers({one})); y = [*delegating({one})]",
        f"g = (v for v in tuple({one}) if {one}.append(v) or len({one}) < 9)",
        "x = [g, g]; del g; x.clear(); g = iter(())",
        f"x = numbers({one}); next(x); del x",
    )


@form(2)
def finalise(w: Writer) -> str:
    one, value = w.pick(*LISTS), w.value()
    return w.pick(
        f"x = Loud({one}); x = {value}",
        f"Loud({one})",
        f"{one}.append(Loud(b)); {one}.pop()",
        f"d['loud'] = Loud({one}); d['loud'] = Loud({one}); del d['loud']",
        f"o.loud = Loud({one}); o.loud = {value}",
        f"x = [Loud({one})]; x.append(x); del x; gc.collect()",
        f"x = Plain(); y = weakref.ref(x, lambda _: {one}.append('weak')); x = None",
        f"{one}[:] = [Loud(b), {value}]",
        f"x = {{Loud({one}): Loud({one})}}; x.popitem()",
        f"x = (Loud({one}), {value}); x = x[1]",
        "gc.collect()",
    )


@form(1)
def change_bytes(w: Writer) -> str:
    return w.pick(
        "ba.append(65)",
        "ba.extend(b'xy')",
        "ba[0] = 66",
        "ba[1:2] = b'...'",
        "del ba[0]",
        "ba += b'z'",
        "ba.reverse(); ba.insert(0, 67)",
        "ba.clear()",
        "ar.append(5)",
        "ar.extend([7, 8]); ar[0] = 9; ar.reverse()",
        "ar.frombytes(bytes(4)); ar.pop()",
    )


@form(2)
def nest(w: Writer) -> str:
    one, body = w.pick(*LISTS), w.block()
    return w.pick(
        f"for i in range(2):\n{body}",
        f"with Managed({one}) as x:\n{body}",
        f"with contextlib.suppress(Exception):\n{body}",
        f"if {one}:\n{body}\nelse:\n{w.block()}",
        f"try:\n    raise ValueError({one})\nexcept ValueError as error:\n    x = error.args\nfinally:\n{body}",
        f"for x in {one}:\n{body}\n    break",
        f"match {w.value()}:\n  case [x, *y]:\n{body}\n  case {{'k': x, **y}}: pass\n  case _:\n{w.block()}",
    )


@form(2)
def define(w: Writer) -> str:
    one, value = w.pick(*LISTS), w.value()
    return w.pick(
        f"def made(x, y={value}, *z):\n    kept = [x]\n    {one}.append(x)\n    return lambda: kept.append({one})\n"
        f"x = made({w.value()}); x(); x()",
        f"class Made(Plain):\n    shared = {value}\n    items = [i for i in range(2)]\n"
        f"x = Made({w.value()}); x.add(Made); Made.shared = {w.value()}",
        f"in_thread({one}.append, {value})",
        f"in_thread(lambda: ({one}.append(1), h(2)))",
        f"in_thread(o.add, {value})",
    )


def write_program(choices: Choices, *, most_statements: int = 40) -> str:
    """Writes one program: some statements at the top, some in a function, whose names are local."""
    writer = Writer(choices)
    lines = [HEADER, START]
    lines += [_guarded(writer.statement()) for _ in range(3 + choices.below(most_statements))]
    lines += ["def main():", indent(START, "    ")]
    lines += [indent(_guarded(writer.statement()), "    ") for _ in range(2 + choices.below(most_statements // 3))]
    return "\n".join([*lines, "    return a, b, d", "last = main()", ""])


def _guarded(statement: str) -> str:
    return f"try:\n{indent(statement, '    ')}\nexcept Exception as error: z = error.args"


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Gives programs."""
    return write_program(DrawnChoices(draw), most_statements=12)
