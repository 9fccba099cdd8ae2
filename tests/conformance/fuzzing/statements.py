"""The forms of statements that random programs are made of."""

from tests.conformance.fuzzing.builder import FUNCTION_KINDS, Builder, statement
from tests.conformance.fuzzing.expressions import ASYNCHRONOUS, arguments

ERRORS = (
    *("ValueError", "KeyError", "TypeError", "ZeroDivisionError", "AttributeError", "IndexError", "StopIteration"),
    *("RuntimeError", "LookupError", "Oops", "AssertionError", "StopAsyncIteration", "Quiet"),
)
_AUGMENTED = ("+=", "-=", "*=", "//=", "|=", "&=", "<<=", "@=")


@statement(8)
def assign(b: Builder) -> None:
    """Binds a name."""
    kind = b.pick(("number", "number", "sequence", "text", "mapping", "instance", "anything"))
    value = b.expression(kind)
    b.line(f"{b.target(kind)} = {value}")


@statement(7)
def show(b: Builder) -> None:
    """Prints values."""
    b.line(f"print({', '.join(b.expression() for _ in range(1 + b.below(2)))})")


@statement(2)
def expression_statement(b: Builder) -> None:
    """Evaluates for the effect alone."""
    b.line(b.expression())


@statement(3)
def unpack(b: Builder) -> None:
    """Takes a sequence apart."""
    value = b.expression("sequence")
    one, other = b.target(), b.target("sequence")
    b.line(
        b.one_of(
            lambda: f"{one}, *{other} = {value}",
            lambda: f"*{other}, {one} = {value}",
            lambda: f"[{one}, {other}] = {value}",
            lambda: f"({one}, ({other}, *{b.target('sequence')})) = {value}, {b.leaf('sequence')}",
            lambda: f"{one} = {other} = {value}",
        )
    )


@statement(3)
def augmented_assignment(b: Builder) -> None:
    """Changes a name in place."""
    kind = b.pick(("number", "sequence", "instance"))
    operator = "+=" if kind == "sequence" else b.pick(_AUGMENTED)
    value = b.pick(("1", "2")) if operator in {"<<=", "*="} else b.expression(kind if kind == "sequence" else "number")
    b.line(f"{b.target(kind)} {operator} {value}")


@statement(3)
def store_into(b: Builder) -> None:
    """Stores into an attribute, an element or a slice."""
    place = b.leaf("number")
    b.line(
        b.one_of(
            lambda: f"{b.leaf('instance')}.{b.pick(('value', 'other'))} = {b.expression()}",
            lambda: f"{b.leaf('mapping')}[{place}] = {b.expression()}",
            lambda: f"{b.leaf('sequence')}[{place}:] = {b.expression('sequence')}",
            lambda: f"{b.leaf('instance')}[{place}] = {b.expression()}",
            lambda: f"{b.leaf('instance')}.value += {b.leaf('number')}",
            lambda: f"{b.leaf('sequence')}[{place}] += {b.leaf('number')}",
            lambda: f"{b.leaf('mapping')}.setdefault({place}, []).append({b.expression()})",
        )
    )


@statement(1)
def annotate(b: Builder) -> None:
    """Annotates a name."""
    value = b.expression("number")
    b.line(f"{b.new_name('n')}: {b.pick(('int', 'list[int]', repr('text')))} = {value}")


@statement(2)
def delete(b: Builder) -> None:
    """Unbinds a name, an element or an attribute."""
    names = list(b.function_scope.variables)
    if names and b.scope is b.function_scope and b.chance(50):
        b.line(f"del {b.pick(names)}")
        return
    b.line(
        b.one_of(
            lambda: f"del {b.leaf('mapping')}[{b.leaf('number')}]",
            lambda: f"del {b.leaf('sequence')}[{b.leaf('number')}:]",
            lambda: f"del {b.leaf('instance')}.{b.pick(('value', 'other'))}",
        )
    )


@statement(5, compound=True)
def condition(b: Builder) -> None:
    """Branches."""
    b.line(f"if {b.expression('number')}:")
    b.block()
    for _ in range(b.below(2)):
        b.line(f"elif {b.expression()}:")
        b.block(2)
    if b.chance(40):
        b.line("else:")
        b.block(2)


@statement(5, compound=True)
def for_loop(b: Builder) -> None:
    """Loops over a few values."""
    generators = b.functions("generator")
    if generators and b.chance(40):
        generator = b.pick(generators)
        b.pay(generator)
        iterable = f"{generator.name}({arguments(b, generator)})"
    else:
        iterable = f"{b.expression('sequence')}[:3]" if b.chance(70) else b.expression("instance")
    targets = f"{b.target()}, {b.target()}" if b.chance(10) else b.target("number")
    b.line(f"for {targets} in {iterable}:")
    with b.repeated(3):
        b.block()
    if b.chance(30):
        b.line("else:")
        b.block(1)


@statement(2, compound=True)
def while_loop(b: Builder) -> None:
    """Loops a few times, under any condition."""
    counter = b.new_name("w")
    b.line(f"{counter} = 0")
    b.line(f"while ({counter} := {counter} + 1) < {2 + b.below(3)} and {b.expression()}:")
    with b.repeated(4):
        b.block()
    if b.chance(30):
        b.line("else:")
        b.block(1)


@statement(3)
def leave_loop(b: Builder) -> None:
    """Leaves or goes on with a loop."""
    if b.scope.loops and not b.scope.in_star_handler:
        b.line(b.pick(("break", "continue")))
    else:
        b.line("pass")


@statement(3, scopes=FUNCTION_KINDS)
def leave_function(b: Builder) -> None:
    """Returns."""
    if b.scope.in_star_handler:
        b.line("pass")
    elif b.scope.kind == "asynchronous generator":
        b.line("return")
    else:
        b.line(f"return {b.expression()}")


@statement(4)
def raise_error(b: Builder) -> None:
    """Raises, seldom at the outermost level of a program."""
    if b.indent == 0:
        b.line("pass")
        return
    if b.scope.in_handler and b.chance(25):
        b.line("raise")
        return
    error = b.pick(ERRORS)
    made = f"{error}({b.expression()})" if b.chance(70) else error
    if b.chance(10):
        made = f"ExceptionGroup('group', [{error}({b.leaf('number')}), {b.pick(ERRORS[:6])}()])"
    if b.chance(30):
        b.line(f"assert {b.expression('number')}, {made}")
    else:
        b.line(f"raise {made}{b.pick(('', ' from KeyError(0)', ' from None'))}")


@statement(9, compound=True)
def try_statement(b: Builder) -> None:
    """Handles exceptions."""
    if b.chance(15):
        _try_star(b)
        return
    b.line("try:")
    b.block()
    handlers = b.below(3)
    for _ in range(handlers):
        _handler(b, "except", b.pick(("Exception", f"({b.pick(ERRORS)}, {b.pick(ERRORS)})", b.pick(ERRORS))))
    if handlers and b.chance(20):
        _handler(b, "except", "BaseException")
    if handlers and b.chance(25):
        b.line("else:")
        b.block(2)
    if not handlers or b.chance(35):
        b.line("finally:")
        # Leaving a block from here is a warning on new versions, but legal.
        b.block(2)


def _handler(b: Builder, word: str, types: str) -> None:
    scope = b.scope
    name = b.new_name("error") if b.chance(70) else ""
    b.line(f"{word} {types}{f' as {name}' if name else ''}:")
    before = scope.in_handler, scope.in_star_handler
    scope.in_handler, scope.in_star_handler = True, scope.in_star_handler or word == "except*"
    if name:
        b.indent += 1
        b.line(f"{b.use('show')}({name})")
        b.indent -= 1
    b.block(2)
    scope.in_handler, scope.in_star_handler = before


def _try_star(b: Builder) -> None:
    b.line("try:")
    b.block()
    for _ in range(1 + b.below(2)):
        _handler(b, "except*", b.pick(ERRORS[:6]))
    if b.chance(30):
        b.line("finally:")
        b.block(1)


@statement(4, compound=True)
def with_statement(b: Builder) -> None:
    """Enters context managers which may swallow exceptions."""
    prefix = "async " if b.scope.kind in ASYNCHRONOUS and b.chance(50) else ""
    manager = b.use("AsyncGuard" if prefix else "Guard")
    managers = []
    for _ in range(1 + b.below(2)):
        name = b.pick(("1", "2", "'s'"))
        managers.append(f"{manager}({name}, {b.leaf('number')})" + (f" as {b.target()}" if b.chance(40) else ""))
    b.line(f"{prefix}with {', '.join(managers)}:")
    b.block()


@statement(3, scopes=ASYNCHRONOUS, compound=True)
def asynchronous_loop(b: Builder) -> None:
    """Loops over an asynchronous generator."""
    generators = b.functions("asynchronous generator")
    if not generators:
        b.line(f"await {b.use('Pause')}({b.expression()})")
        return
    generator = b.pick(generators)
    b.pay(generator)
    made = f"{generator.name}({arguments(b, generator)})"
    b.line(f"async for {b.target()} in {made}:")
    with b.repeated(3):
        b.block()


@statement(4, compound=True)
def match_statement(b: Builder) -> None:
    """Matches a value against a few patterns."""
    b.line(f"match {b.expression()}:")
    b.indent += 1
    for _ in range(1 + b.below(3)):
        guard = f" if {b.expression('number')}" if b.chance(30) else ""
        b.line(f"case {_pattern(b, 2)}{guard}:")
        b.block(2)
    if b.chance(40):
        b.line("case _:")
        b.block(1)
    b.indent -= 1


def _pattern(b: Builder, depth: int) -> str:
    """Writes a pattern that binds no name twice and never always matches."""
    literal = b.pick(("1", "0", "'a'", "None", "True", "-1", "2.5"))
    if depth == 0:
        return literal
    inner = _pattern(b, depth - 1)
    name = b.new_name("m")
    b.function_scope.variables[name] = "anything"
    return b.one_of(
        lambda: literal,
        lambda: f"int({name})",
        lambda: f"[{inner}, *{name}]",
        lambda: f"[{name}, {inner}]" if b.chance(50) else f"({inner}, _, *_)",
        lambda: f"{{'a': {name}}}",
        lambda: f"{{1: {inner}, **{name}}}",
        lambda: f"({literal} | str() | {_pattern_without_names(b)}) as {name}",
        lambda: f"{_class_name(b)}({inner})",
        lambda: f"{_class_name(b)}(value={name})",
        lambda: f"({inner}) as {name}",
    )


def _pattern_without_names(b: Builder) -> str:
    return b.pick(("[]", "[1, _]", "{'b': 3}", "float()", "ValueError()"))


def _class_name(b: Builder) -> str:
    classes = b.classes()
    return b.pick(classes).name if classes else "int"


@statement(2)
def execute(b: Builder) -> None:
    """Executes text."""
    name = b.function_scope.pool[0]
    source = f"{name} = {b.leaf('number')}\nprint({name}, {b.leaf('text')})"
    b.line(f"exec({source!r}{b.pick(('', ', {}', ', globals(), {}'))})")
