"""Forms that call the program back from the library and from C, and forms that look at frames."""

from tests.conformance.fuzzing.builder import FUNCTION_KINDS, Builder, expression, statement
from tests.conformance.fuzzing.expressions import arguments, comprehension, key_function

_PAIR = "lambda e, f: "


@expression("sequence", "anything", weight=3)
def call_back(b: Builder) -> str:
    """Calls a function of the library with functions of the program."""
    sequence = b.expression("sequence")
    return b.one_of(
        lambda: f"{b.use('functools')}.reduce({_PAIR}[e, f], {sequence}, {b.leaf('number')})",
        lambda: f"sorted({sequence}, key={b.use('functools')}.cmp_to_key({_PAIR}{b.leaf('number')}))",
        lambda: f"list({b.use('itertools')}.accumulate({sequence}, {_PAIR}(e, f)))",
        lambda: f"list(dict({b.use('itertools')}.groupby({sequence}, {key_function(b)})))",
        lambda: f"list({b.use('itertools')}.takewhile({key_function(b)}, {sequence}))",
        lambda: f"{b.use('re')}.sub('[a-c]', {key_function(b)}, {b.expression('text')})",
        lambda: f"[*iter(iter({sequence}).__next__, {b.leaf('number')})]",
        lambda: f"dict.fromkeys({comprehension(b, '(', ')')}, {b.leaf('number')})",
        lambda: f"''.join({comprehension(b, '(', ')')})",
        lambda: f"list(zip({sequence}, {b.expression('sequence')}, strict=True))",
        lambda: f"sorted(set(map({key_function(b)}, {sequence})), key=repr)",
        lambda: f"{b.use('functools')}.partial({key_function(b)}, {b.leaf('number')})()",
    )


@expression("anything", weight=2)
def call_partially(b: Builder) -> str:
    """Calls a function of the program through the library."""
    functions = b.functions()
    if not functions:
        return f"{b.use('functools')}.partial(max, {b.leaf('number')})({b.leaf('number')})"
    function = b.pick(functions)
    b.pay(function)
    given = arguments(b, function)
    return b.one_of(
        lambda: f"{b.use('functools')}.lru_cache({function.name})({given})",
        lambda: f"{b.use('functools')}.partial({function.name}, {given})()" if given else f"{function.name}()",
        lambda: f"{b.use('functools')}.wraps({function.name})(lambda *args, **named: (args, named))({given})",
        lambda: f"{function.name}.__call__({given})",
        lambda: f"type({function.name}).__call__({function.name}, {given})",
    )


@expression("anything", weight=1)
def look_at_generator(b: Builder) -> str:
    """Looks at a generator of the program."""
    generators = b.functions("generator")
    if not generators:
        return "sys._getframe().f_code.co_qualname"
    generator = b.pick(generators)
    b.pay(generator)
    made = f"(made := {generator.name}({arguments(b, generator)}))" if b.scope.kind == "module" else None
    if made is None:
        return f"{generator.name}.__code__.co_varnames"
    return b.pick(
        (
            f"({made}, next(made, 0), made.gi_frame and made.gi_frame.f_lineno, made.gi_running)[1:]",
            f"({made}, made.gi_frame.f_lasti, made.gi_suspended, made.gi_yieldfrom)[1:]",
            f"({made}, next(made, 0), sorted(made.gi_frame.f_locals) if made.gi_frame else None)[1:]",
            f"({made}, [*made], made.gi_frame, made.gi_code.co_name)[1:]",
        )
    )


@expression("anything", weight=1, scopes=frozenset({"function"}))
def look_at_caller(b: Builder) -> str:
    """Looks at the frame that called."""
    return b.pick(
        (
            "sys._getframe(1).f_lineno",
            "sys._getframe(1).f_code.co_name",
            "sorted(sys._getframe(0).f_locals)",
            "sys._getframe(1).f_lasti",
            "sys._getframe().f_back.f_code.co_qualname",
        )
    )


@statement(2, scopes=FUNCTION_KINDS, compound=True)
def leave_through_finally(b: Builder) -> None:
    """Returns within a `try`, and perhaps again in its `finally`."""
    if b.scope.in_star_handler or b.scope.kind == "asynchronous generator":
        b.line("pass")
        return
    b.line("try:")
    b.block(1)
    b.indent += 1
    b.line(f"return {b.expression()}")
    b.indent -= 1
    b.line("finally:")
    b.block(2)
    if b.chance(20):
        b.indent += 1
        b.line(b.pick(("return 'overridden'", "print('left')")))
        b.indent -= 1


@statement(2, compound=True)
def collect_closures(b: Builder) -> None:
    """Makes functions in a loop and calls them after it."""
    name, item = b.new_name("l"), b.new_name("i")
    default = b.pick(("", f" kept={item}"))
    b.line(f"{name} = []")
    b.line(f"for {item} in {b.leaf('sequence')}[:3]:")
    b.line(f"    {name}.append(lambda{default}: ({item}, {b.leaf('anything')}))")
    b.line(f"print([one() for one in {name}])")


@statement(2, scopes=frozenset({"module"}))
def watch_an_instance(b: Builder) -> None:
    """Tells when an instance dies; not in functions, whose frames exceptions keep for other times on the machine."""
    classes = b.classes()
    made = f"{b.pick(classes).name}()" if classes else "type('Made', (), {})()"
    name = b.target("anything")
    b.line(f"{name} = {made}")
    b.line(f"{b.new_name('r')} = {b.use('weakref')}.ref({name}, lambda _: print('died'))")
    b.line(b.pick((f"{name} = None", f"del {name}", f"print(repr({name}))")))


@statement(2)
def report(b: Builder) -> None:
    """Prints tracebacks as the library formats them."""
    if b.scope.in_handler:
        b.line(f"{b.use('traceback')}.print_exc()")
    else:
        b.line(f"print({b.use('traceback')}.format_stack()[-1])")
