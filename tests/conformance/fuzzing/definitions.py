"""The forms of function definitions that random programs are made of."""

from tests.conformance.fuzzing.builder import VERSION, Builder, Function, Scope, statement
from tests.conformance.fuzzing.expressions import arguments
from tests.conformance.fuzzing.statements import ERRORS

_POOLS = {"module": "abc", "function": "pqr"}
_PREFIXES = {"function": "f", "generator": "g", "coroutine": "k", "asynchronous generator": "h"}
_KINDS = ("function", "function", "generator", "generator", "coroutine", "asynchronous generator")


@statement(9, compound=True)
def define_function(b: Builder) -> None:
    """Defines a function of any kind, and mostly uses it at once."""
    kind = b.pick(_KINDS)
    function = _signature(b, kind)
    write_function(b, function, "")
    b.scope.functions.append(function)
    if kind == "function":
        if b.chance(50):
            b.pay(function)
            b.line(f"print({function.name}({arguments(b, function)}))")
    elif b.chance(80):
        drive(b, function)


def drive(b: Builder, function: Function) -> None:
    """Sends to, throws into and closes what a function makes."""
    made = f"{function.name}({arguments(b, function)})"
    b.pay(function)
    actions = []
    for _ in range(1 + b.below(5)):
        kind = b.pick(("next", "next", "send", "throw", "close"))
        actions.append((kind, b.leaf("number") if kind == "send" else f"{b.pick(ERRORS)}({b.leaf('number')})"))
    listed = ", ".join(f"('{kind}', {value if kind in {'send', 'throw'} else None})" for kind, value in actions)
    helper = b.use("drive_asynchronously" if function.kind == "asynchronous generator" else "drive")
    b.line(f"{helper}({made}, {listed})")


def _signature(b: Builder, kind: str) -> Function:
    """Chooses parameters."""
    names = [b.new_name("x") for _ in range(b.below(3))]
    optional = [b.new_name("y") for _ in range(b.below(2))]
    keyword_only = [b.new_name("z")] if b.chance(20) else []
    positional_only = b.below(len(names) + 1) if b.chance(20) else 0
    return Function(
        b.new_name(_PREFIXES[kind]),
        kind,
        names,
        optional,
        keyword_only,
        positional_only,
        b.chance(20),
        b.chance(20),
        1,
    )


def parameters(b: Builder, function: Function, first: str = "") -> str:
    """Writes a function's parameters with their defaults."""
    listed = [first] if first else []
    listed += function.required
    if function.positional_only:
        listed.insert(function.positional_only + bool(first), "/")
    listed += [f"{name}={b.expression()}" for name in function.optional]
    if function.star:
        listed.append("*rest")
    elif function.keyword_only:
        listed.append("*")
    listed += [f"{name}={b.leaf('number')}" if b.chance(30) else name for name in function.keyword_only]
    if function.double_star:
        listed.append("**named")
    return ", ".join(listed)


def write_function(b: Builder, function: Function, first: str, *, ending: str = "") -> None:
    """Writes a definition; its scope's cost becomes the function's."""
    if b.scope.kind != "class" and b.chance(10):
        b.line(f"@{b.use('traced')}")
    prefix = "async " if function.kind in {"coroutine", "asynchronous generator"} else ""
    generic = "[T]" if VERSION >= (3, 12) and b.chance(8) else ""
    b.line(f"{prefix}def {function.name}{generic}({parameters(b, function, first)}):")
    variables = dict.fromkeys([*function.required, *function.optional, *function.keyword_only], "number")
    if first:
        variables[first] = "instance"
    pool = "pqr" if len(b.scopes) < 3 else "uvw"
    scope = Scope(function.kind, pool, variables)
    with b.nested(scope):
        b.indent += 1
        _declare_outer_names(b, scope)
        b.indent -= 1
        b.block(4)
        b.indent += 1
        if function.kind in {"generator", "asynchronous generator"}:
            b.line(f"{b.target()} = yield {b.expression('number')}")
        if ending:
            b.line(ending)
        elif function.kind != "asynchronous generator" and b.chance(70):
            b.line(f"return {b.expression()}")
        b.indent -= 1
    function.cost = scope.cost


def _declare_outer_names(b: Builder, scope: Scope) -> None:
    """Declares names nonlocal or global, so that the function binds them outside."""
    outer = [one for one in b.scopes[:-1] if one.kind not in {"module", "class"}]
    # Of its variables, a scope certainly binds those of its own pool that it does not declare itself.
    names = sorted({name for one in outer for name in one.variables if name in one.own and name not in scope.variables})
    if names and b.chance(40):
        name = b.pick(names)
        if name not in scope.pool:
            b.line(f"nonlocal {name}")
            scope.pool += name
            return
    if b.chance(20):
        name = b.pick(b.scopes[0].pool)
        if name not in scope.variables and name not in scope.pool:
            b.line(f"global {name}")
            scope.pool += name


@statement(2, compound=True)
def define_recursive_function(b: Builder) -> None:
    """Defines a function which calls itself a few times."""
    name, argument = b.new_name("f"), b.new_name("x")
    b.line(f"def {name}({argument}):")
    scope = Scope("function", "pqr" if len(b.scopes) < 3 else "uvw", {argument: "number"}, multiplicity=4)
    with b.nested(scope):
        b.indent += 1
        b.line(f"if not isinstance({argument}, int) or not 0 < {argument} < 4:")
        b.line(f"    return {b.expression()}")
        b.indent -= 1
        b.block(2)
        b.indent += 1
        b.line(f"return {b.pick(('', '1 + ', '[] or '))}{name}({argument} - 1)")
        b.indent -= 1
    b.scope.functions.append(Function(name, "function", [argument], [], [], 0, False, False, scope.cost))
    b.line(f"print({name}({b.pick(('3', '2', '0'))}))")


@statement(2, compound=True)
def define_context_manager(b: Builder) -> None:
    """Defines a context manager as a generator, and uses it."""
    name = b.new_name("m")
    b.line(f"@{b.use('contextmanager')}")
    b.line(f"def {name}():")
    with b.nested(Scope("function", "pqr" if len(b.scopes) < 3 else "uvw", {})):
        b.block(2)
        b.indent += 1
        b.line("try:")
        b.line(f"    yield {b.leaf('number')}")
        b.line(f"except {b.pick(ERRORS)} as error:")
        b.line(f"    print('managed', repr(error)){b.pick(('', '; raise', '; raise RuntimeError from error'))}")
        b.line("finally:")
        b.indent -= 1
        b.indent += 1
        b.block(1)
        b.indent -= 1
    b.line(f"with {name}() as {b.target('number')}:")
    b.block(2)
