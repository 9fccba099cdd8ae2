"""The forms of expressions that random programs are made of."""

from tests.conformance.fuzzing.builder import FUNCTION_KINDS, LEAVES, VERSION, Builder, Function, Scope, expression

ASYNCHRONOUS = frozenset({"coroutine", "asynchronous generator"})
_YIELDING = frozenset({"generator"})
_NOT_LAZY = frozenset({"module", *FUNCTION_KINDS})
_OPERATORS = ("+", "-", "*", "//", "%", "&", "|", "^", "/", "<<", ">>", "@")
_COMPARISONS = ("==", "<", "!=", ">=", ">", "<=", "is", "is not")
_BUILTIN_FUNCTIONS = ("len", "repr", "bool", "list", "str", "type", "iter", "callable", "sorted", "next", "abs")


def instance(b: Builder) -> str:
    """Makes an instance of one of the program's classes."""
    classes = b.classes()
    if not classes:
        return "object"
    cls = b.pick(classes)
    count = cls.arguments if not b.chance(3) else b.below(3)
    return f"{cls.name}({', '.join(b.leaf('number') for _ in range(count))})"


LEAVES.update(
    number=lambda b: b.pick(("1", "0", "2", "3", "-1", "True", "2.5", "10", "False")),
    text=lambda b: b.pick(("''", "'a'", "'bc'", "'%s'", "'{}'", "'é'")),
    sequence=lambda b: b.pick(("[]", "[1, 2]", "(3,)", "(1, 'a', 2)", "[0, 1, 2, 3]", "range(3)", "'abc'")),
    mapping=lambda b: b.pick(("{}", "{'a': 1}", "{1: 2, 'b': 3}", "{'c': [], 'a': 0}")),
    instance=instance,
    anything=lambda b: b.pick(
        ("None", "1", "'a'", "[1]", "...", "()", "{}", "{1, 2}", "1.5", "b'z'", "int", "ValueError")
    ),
)


@expression("number", "anything", weight=4)
def binary_operation(b: Builder) -> str:
    """Applies an operator to two numbers, or to what overloads it."""
    operator = b.pick(_OPERATORS) if b.chance(40) else b.pick("+-*")
    left = b.expression("instance") if b.chance(20) else b.expression("number")
    right = b.pick(("1", "2", "0")) if operator in {"<<", ">>"} else b.expression("number")
    return f"({left} {operator} {right})"


@expression("number")
def unary_operation(b: Builder) -> str:
    """Negates."""
    return f"({b.pick(('-', 'not ', '~', '+'))}{b.expression(b.pick(('number', 'instance')))})"


@expression("number", weight=3)
def comparison(b: Builder) -> str:
    """Compares, perhaps in a chain."""
    parts = [b.expression(b.pick(("number", "number", "instance", "anything")))]
    for _ in range(1 + b.below(3)):
        if b.chance(20):
            parts += [b.pick(("in", "not in")), b.expression("sequence")]
        else:
            parts += [b.pick(_COMPARISONS), b.expression("number")]
    return f"({' '.join(parts)})"


@expression("number", "sequence", "instance", "text", "anything")
def boolean_operation(b: Builder) -> str:
    """Chooses by truth."""
    if b.chance(50):
        return f"({b.expression()} if {b.expression('number')} else {b.expression('anything')})"
    return f"({b.expression('number')} {b.pick(('and', 'or'))} {b.expression()})"


@expression("number")
def aggregate(b: Builder) -> str:
    """Calls a builtin that calls back."""
    return b.one_of(
        lambda: f"len({b.expression('sequence')})",
        lambda: f"sum({b.expression('sequence')})",
        lambda: f"max({b.expression('sequence')}, key={key_function(b)}, default=0)",
        lambda: f"any({comprehension(b, '(', ')')})",
        lambda: f"isinstance({b.expression()}, {b.pick(('int', '(int, str)', 'object'))})",
    )


def key_function(b: Builder) -> str:
    """Writes a lambda of one number."""
    name = b.new_name("e")
    return f"lambda {name}: {in_lambda(b, name, 'number')}"


def in_lambda(b: Builder, parameter: str, kind: str) -> str:
    """Writes the body of a lambda."""
    with b.nested(Scope("lambda", "abc", {parameter: kind})):
        return b.expression(kind)


@expression("anything")
def called_lambda(b: Builder) -> str:
    """Calls a lambda expression with a default value."""
    name = b.new_name("e")
    return f"(lambda {name}, {name}_={b.expression()}: {in_lambda(b, name, 'number')})({b.expression('number')})"


@expression("anything", "number", scopes=_NOT_LAZY)
def assignment_expression(b: Builder) -> str:
    """Binds a name within an expression."""
    kind = b.pick(("number", "anything"))
    value = b.expression(kind)
    return f"({b.target(kind)} := {value})"


@expression("text", weight=3)
def text_operation(b: Builder) -> str:
    """Makes text of something."""
    return b.one_of(
        lambda: f"repr({b.expression()})",
        lambda: f"({b.expression('text')} + {b.expression('text')})",
        lambda: f"('%s %r' % ({b.expression()}, {b.expression('number')}))",
        lambda: f"'{{}}-{{x!r}}'.format({b.expression()}, x={b.expression()})",
        lambda: f"', '.join(map({b.pick(('repr', 'str'))}, {b.expression('sequence')}))",
        lambda: f"type({b.expression()}).__name__",
        lambda: f"{b.expression('text')}[{b.expression('number')}:]",
    )


@expression("text", weight=3)
def formatted_string(b: Builder) -> str:
    """Writes an f-string, nested where the version can."""
    parts = []
    for _ in range(1 + b.below(2)):
        inner = b.expression() if VERSION >= (3, 12) else b.leaf("number")
        conversion = b.pick(("", "!r", "!s", "!a"))
        width = f":>{{{b.leaf('number')}}}" if b.chance(20) else b.pick(("", ":", ":<4", ":03"))
        parts.append(f"{{({inner}){b.pick(('', '', '='))}{conversion}{width}}}")
    return f'f"{b.pick(("", "x", "{{"))}{"".join(parts)}"' if VERSION >= (3, 12) else f"f'''{''.join(parts)}'''"


@expression("anything", since=(3, 14))
def template_string(b: Builder) -> str:
    """Writes a template string and takes it apart."""
    return f'[(one.value, one.expression, one.conversion) for one in t"x{{{b.leaf("number")}!r}}y".interpolations]'


@expression("sequence", weight=3)
def display(b: Builder) -> str:
    """Writes a list, tuple or sorted set with values unpacked into it."""
    parts = [f"*{b.expression('sequence')}" if b.chance(30) else b.expression() for _ in range(1 + b.below(3))]
    return f"({', '.join(parts)},)" if b.chance(40) else f"[{', '.join(parts)}]"


@expression("sequence", weight=3)
def list_comprehension(b: Builder) -> str:
    """Writes a comprehension that gives a list."""
    return b.one_of(
        lambda: comprehension(b, "[", "]"),
        lambda: f"list({comprehension(b, '(', ')')})",
        lambda: f"sorted({comprehension(b, '{', '}')}, key=repr)",
    )


def comprehension(b: Builder, opening: str, closing: str) -> str:
    """Writes a comprehension with one or two loops and perhaps conditions."""
    scope = Scope("comprehension", "abc")
    clauses = []
    with b.nested(Scope("comprehension", "abc")):
        outer = b.expression("sequence")  # where names cannot be bound either
    with b.nested(scope):
        for number in range(1 + b.below(2)):
            iterable = outer if number == 0 else f"{b.leaf('sequence')}[:2]"
            name = b.new_name("i")
            scope.variables[name] = "number"
            clauses.append(f"for {name} in {iterable}")
            if b.chance(40):
                clauses.append(f"if {b.expression('number')}")
        element = b.expression("number" if opening == "{" else "")
        if VERSION >= (3, 15) and b.chance(10):
            element = f"*[{element}]"
    return f"{opening}{element} {' '.join(clauses)}{closing}"


@expression("sequence")
def slice_of(b: Builder) -> str:
    """Takes a part of a sequence."""
    bounds = [b.leaf("number") if b.chance(60) else "" for _ in range(2 + b.below(2))]
    return f"{b.expression('sequence')}[{':'.join(bounds)}]"


@expression("sequence")
def sorted_by_key(b: Builder) -> str:
    """Calls functions of the library with functions of the program."""
    function = key_function(b)
    sequence = b.expression("sequence")
    return b.one_of(
        lambda: f"sorted({sequence}, key={function})",
        lambda: f"list(map({function}, {sequence}))",
        lambda: f"list(filter({function}, {sequence}))",
        lambda: f"list(zip({sequence}, {b.leaf('sequence')}))",
        lambda: f"[*enumerate({sequence})]",
    )


@expression("mapping", weight=3)
def mapping_display(b: Builder) -> str:
    """Writes a dict."""
    parts = [
        f"**{b.expression('mapping')}" if b.chance(30) else f"{b.expression('number')}: {b.expression()}"
        for _ in range(1 + b.below(3))
    ]
    name = b.new_name("i")
    if b.chance(25):
        with b.nested(Scope("comprehension", "abc", {name: "number"})):
            value = b.expression()
        return f"{{{name}: {value} for {name} in {b.leaf('sequence')}}}"
    return f"{{{', '.join(parts)}}}" if b.chance(70) else f"dict(a={b.expression()}, **{b.expression('mapping')})"


@expression("number", "anything")
def subscript(b: Builder) -> str:
    """Reads an element."""
    if b.chance(50):
        return f"{b.expression('sequence')}[{b.leaf('number')}]"
    return f"{b.expression(b.pick(('mapping', 'instance')))}[{b.expression('number')}]"


@expression("instance", "anything", weight=3)
def member(b: Builder) -> str:
    """Reads an attribute or calls a method of an instance."""
    methods = [name for cls in b.classes() for name in cls.methods] or ["real"]
    owner = b.expression("instance")
    owner = f"({owner})" if owner[0] in "-0123456789" else owner
    if b.chance(35):
        return f"{owner}.{b.pick(('value', 'other', 'missing', '__class__', '__dict__'))}"
    return f"{owner}.{b.pick(methods)}({b.expression('number') if b.chance(70) else ''})"


@expression("number", "text", "instance", "anything", weight=5)
def call(b: Builder) -> str:
    """Calls a function of the program."""
    functions = b.functions()
    if not functions:
        return f"{b.pick(_BUILTIN_FUNCTIONS)}({b.expression()})"
    function = b.pick(functions)
    b.pay(function)
    return f"{function.name}({arguments(b, function)})"


def arguments(b: Builder, function: Function) -> str:
    """Writes arguments for a function, seldom wrong ones."""
    if b.chance(4):
        return ", ".join(b.leaf("number") for _ in range(b.below(5)))
    by_position = function.positional_only + b.below(len(function.required) - function.positional_only + 1)
    if not b.chance(30):
        by_position = len(function.required)
    positional = [b.expression() for _ in function.required[:by_position]]
    named = [f"{name}={b.expression()}" for name in function.required[by_position:]]
    named += [f"{name}={b.expression()}" for name in function.keyword_only]
    named += [f"{name}={b.expression()}" for name in function.optional if b.chance(30)]
    if function.star and by_position == len(function.required) and b.chance(40):
        positional.append(f"*{b.expression('sequence')}")
    if function.double_star and b.chance(40):
        named.append(f"**{b.expression('mapping')}" if b.chance(20) else f"extra={b.expression()}")
    return ", ".join([*positional, *named])


@expression("sequence", "anything", weight=3)
def exhausted_generator(b: Builder) -> str:
    """Takes everything from a generator."""
    generators = b.functions("generator")
    if not generators:
        return f"[*reversed({b.expression('sequence')})]"
    generator = b.pick(generators)
    b.pay(generator)
    made = f"{generator.name}({arguments(b, generator)})"
    return b.pick((f"list({made})", f"[*{made}]", f"next({made}, None)", f"sorted({made}, key=repr)"))


@expression("anything", "number", weight=6, scopes=_YIELDING)
def yielded(b: Builder) -> str:
    """Yields, and gives what is sent."""
    generators = b.functions("generator")
    if b.chance(25):
        if not generators or b.chance(30):
            return f"(yield from {b.expression('sequence')})"
        generator = b.pick(generators)
        b.pay(generator)
        return f"(yield from {generator.name}({arguments(b, generator)}))"
    return f"(yield {b.expression()})"


@expression("anything", weight=3, scopes=frozenset({"asynchronous generator"}))
def yielded_asynchronously(b: Builder) -> str:
    """Yields from an asynchronous generator."""
    return f"(yield {b.expression()})"


@expression("anything", "number", weight=6, scopes=ASYNCHRONOUS)
def awaited(b: Builder) -> str:
    """Awaits a coroutine of the program or a pause."""
    coroutines = b.functions("coroutine")
    if not coroutines or b.chance(40):
        return f"(await {b.use('Pause')}({b.expression('number')}))"
    coroutine = b.pick(coroutines)
    b.pay(coroutine)
    return f"(await {coroutine.name}({arguments(b, coroutine)}))"


@expression("sequence", weight=4, scopes=ASYNCHRONOUS)
def asynchronous_comprehension(b: Builder) -> str:
    """Takes everything from an asynchronous generator."""
    generators = b.functions("asynchronous generator")
    if not generators:
        return f"[await {b.use('Pause')}({(name := b.new_name('i'))}) for {name} in {b.leaf('sequence')}]"
    generator = b.pick(generators)
    b.pay(generator)
    name = b.new_name("i")
    with b.nested(Scope("comprehension", "abc", {name: "anything"})):
        made = f"{generator.name}({arguments(b, generator)})"
        condition = f" if {b.expression('number')}" if b.chance(30) else ""
    return f"[{name} async for {name} in {made}{condition}]"


@expression("anything", weight=1)
def evaluated(b: Builder) -> str:
    """Evaluates text."""
    with b.nested(Scope("lambda", "abc", {})):
        source = b.expression("number")
    return b.pick(
        (
            f"eval({source!r})",
            f"eval({source!r}, {{'a': 1, 'b': [], 'c': 'x'}})",
            f"eval({source!r}, globals(), {{'a': 2}})",
        )
    )


@expression("anything", weight=1)
def introspection(b: Builder) -> str:
    """Asks the interpreter about the running code."""
    return b.pick(
        (
            "repr(sys.exception())",
            "sorted(locals())",
            "sys._getframe().f_code.co_name",
            "sys._getframe().f_lineno",
            "(sys.exc_info()[0])",
            "__name__",
            "sorted(name for name in dir() if len(name) < 3)",
        )
    )
