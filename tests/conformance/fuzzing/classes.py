"""The forms of class definitions that random programs are made of."""

from tests.conformance.fuzzing.builder import VERSION, Builder, Class, Function, Scope, statement
from tests.conformance.fuzzing.definitions import write_function
from tests.conformance.fuzzing.statements import ERRORS

_BINARY = ("add", "sub", "mul", "floordiv", "mod", "and", "or", "lshift", "matmul", "truediv")
_COMPARING = ("eq", "lt", "gt", "le", "ne")
_PROTOCOLS = {
    "__bool__": ("", ("True", "False", "1")),
    "__len__": ("", ("2", "0", "-1")),
    "__repr__": ("", ("'<C>'", "f'<{self.value!r}>'", "1")),
    "__str__": ("", ("'text'", "super().__repr__()[:3]")),
    "__format__": ("spec", ("spec", "'formatted'")),
    "__iter__": ("", ("iter([1, 2])", "(one for one in (self, 1))", "3")),
    "__getitem__": ("key", ("[4, 5][key]", "key", "self")),
    "__setitem__": ("key, new", ("None",)),
    "__delitem__": ("key", ("None",)),
    "__contains__": ("item", ("item == 1", "'yes'", "[]")),
    "__call__": ("*args, **named", ("(args, named)", "self")),
    "__getattr__": ("name", ("name", "super().__getattribute__(name)")),
    "__hash__": ("", ("1", "'x'")),
    "__neg__": ("", ("self", "-1")),
    "__index__": ("", ("1", "'x'")),
    "__enter__": ("", ("self",)),
    "__exit__": ("*args", ("args[0] is ValueError", "None", "True")),
    "__del__": ("", ("None",)),
    "__getattribute__": ("name", ("super().__getattribute__(name)", "object.__getattribute__(self, name)")),
    "__setattr__": ("name, new", ("super().__setattr__(name, new)", "object.__setattr__(self, name, new)")),
    "__get__": ("owner, cls=None", ("self if owner is None else 7",)),
    "__set__": ("owner, new", ("None",)),
    "__set_name__": ("owner, name", ("None",)),
    "__missing__": ("key", ("key",)),
    "__reversed__": ("", ("iter('ba')",)),
    "__int__": ("", ("4", "'x'")),
}


@statement(7, frozenset({"module", "function", "class"}), compound=True)
def define_class(b: Builder) -> None:
    """Defines a class with bases, special methods that tell when they are called, and ordinary methods."""
    known = b.classes()
    bases = [b.pick(known).name for _ in range(b.below(3))] if known else []
    bases = list(dict.fromkeys(bases)) or [b.pick(("", "", "dict", "Exception", "int"))]
    keywords = ["metaclass=" + b.use("Meta")] if b.chance(10) else []
    cls = Class(b.new_name("C"), [])
    generic = "[T]" if VERSION >= (3, 12) and b.chance(8) else ""
    if b.chance(8):
        b.line(f"@{b.use('traced')}")
    listed = ", ".join([base for base in bases if base] + keywords)
    b.line(f"class {cls.name}{generic}({listed}):")
    scope = Scope("class", "abc")
    with b.nested(scope):
        b.indent += 1
        _members(b, cls)
        b.indent -= 1
    b.scope.classes.append(cls)
    b.scope.cost += scope.cost
    if b.chance(60):
        b.line(f"{b.target('instance')} = {cls.name}()")


def _members(b: Builder, cls: Class) -> None:
    b.line(f"value = {b.expression()}")
    for name in dict.fromkeys(b.pick(tuple(_PROTOCOLS)) for _ in range(b.below(4))):
        given, results = _PROTOCOLS[name]
        _special_method(b, cls, name, given, b.pick(results))
    if b.chance(40):
        _operators(b, cls)
    if b.chance(25):
        _class_hooks(b, cls)
    for _ in range(b.below(3)):
        _method(b, cls)
    if b.chance(20):
        b.statement()


def _special_method(b: Builder, cls: Class, name: str, given: str, result: str) -> None:
    b.line(f"def {name}(self{', ' + given if given else ''}):")
    first = given.partition(",")[0]
    logged = "len(args)" if first.startswith("*") else first or "''"
    b.line(f"    print('{cls.name}.{name}', {logged})")
    if b.chance(15):
        b.line(f"    raise {b.pick((*ERRORS, 'NotImplementedError'))}('{name}')")
    b.line(f"    return {result}")


def _operators(b: Builder, cls: Class) -> None:
    """Overloads an operator in all its forms, and a comparison."""
    operator = b.pick(_BINARY)
    for prefix in ("", "r", "i")[: 1 + b.below(3)]:
        result = b.pick(("self", "1", "NotImplemented", "(self, other)"))
        _special_method(b, cls, f"__{prefix}{operator}__", "other", result.replace("(self, other)", "[self.value, 2]"))
    result = b.pick(("True", "NotImplemented", "self.value == 1", "[]"))
    _special_method(b, cls, f"__{b.pick(_COMPARING)}__", "other", result)
    if b.chance(50):
        _special_method(b, cls, "__hash__", "", "2")


def _class_hooks(b: Builder, cls: Class) -> None:
    b.one_of(
        lambda: _lines(
            b,
            "def __init_subclass__(cls, **named):",
            f"    print('{cls.name}.__init_subclass__', cls.__name__, named)",
            "    super().__init_subclass__(**named)",
        ),
        lambda: _lines(b, "def __class_getitem__(cls, item):", "    return cls, item"),
        lambda: _lines(
            b,
            "def __new__(cls, *args):",
            f"    print('{cls.name}.__new__', args)",
            "    return super().__new__(cls)",
        ),
        lambda: _lines(b, "@property", "def other(self):", f"    return {b.expression()}"),
        lambda: _lines(b, "@staticmethod", "def helper(item=None):", f"    return {b.expression()}"),
        lambda: _lines(b, "@classmethod", "def make(cls, item=None):", f"    return (cls.__name__, {b.expression()})"),
        lambda: _lines(b, f"__slots__ = ('other', {b.pick(('', repr('__dict__')))})"),
        lambda: _lines(b, f"__match_args__ = ({b.pick((repr('value'), repr('missing')))},)"),
    )


def _lines(b: Builder, *lines: str) -> str:
    for line in lines:
        b.line(line)
    return ""


def _method(b: Builder, cls: Class) -> None:
    """Writes an ordinary method, which may call the same method of the next class."""
    inherited = [name for one in b.classes() for name in one.methods]
    name = b.pick(inherited) if inherited and b.chance(60) else b.new_name("do")
    function = Function(name, "function", [], ["item"], [], 0, False, False, 1)
    ending = f"return super().{name}({b.pick(('', 'item'))})" if name in inherited and b.chance(70) else ""
    write_function(b, function, "self", ending=ending)
    cls.methods.append(name)
    b.scope.cost += function.cost
