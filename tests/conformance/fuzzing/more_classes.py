"""Classes made with the library's help, or with parts that work together."""

from tests.conformance.fuzzing.builder import Builder, Class, statement


def _write(b: Builder, cls: Class, *lines: str) -> None:
    for line in lines:
        b.line(line)
    b.scope.classes.append(cls)
    b.scope.cost += 3
    b.line(f"{b.target('instance')} = {cls.name}({', '.join('2' * cls.arguments)})")


@statement(2, frozenset({"module", "function"}), compound=True)
def define_data_class(b: Builder) -> None:
    """Lets the library write methods."""
    cls = Class(b.new_name("D"), ["__repr__", "total"], 1)
    order = b.pick(("", "(order=True)", "(frozen=True)", "(slots=True)"))
    _write(
        b,
        cls,
        f"@{b.use('dataclass')}{order}",
        f"class {cls.name}:",
        "    value: int",
        f"    other: object = {b.pick(('None', '3', repr('x')))}",
        "    def total(self, item=1):",
        f"        return {b.expression()}",
    )


@statement(2, frozenset({"module", "function"}), compound=True)
def define_enumeration(b: Builder) -> None:
    """Lets a metaclass of the library make members."""
    cls = Class(b.new_name("N"), ["label"], 1)
    _write(
        b,
        cls,
        f"class {cls.name}({b.use('enum')}.{b.pick(('Enum', 'IntEnum', 'Flag'))}):",
        "    value_one = 1",
        "    two = 2",
        "    def label(self, item=0):",
        f"        return (self.name, {b.expression()})",
    )


@statement(3, frozenset({"module", "function"}), compound=True)
def define_iterator(b: Builder) -> None:
    """Defines an iterator class which ends by itself, and perhaps by an error."""
    cls = Class(b.new_name("I"), ["__next__", "__iter__"])
    _write(
        b,
        cls,
        f"class {cls.name}:",
        "    def __init__(self, value=0):",
        "        self.value = value",
        "    def __iter__(self):",
        "        return self",
        "    def __next__(self):",
        "        self.value += 1",
        f"        if self.value > {b.pick(('2', '0', '3'))}:",
        f"            raise {b.pick(('StopIteration', 'StopIteration(self)', 'IndexError', 'ValueError(self.value)'))}",
        f"        return {b.expression()}",
    )


@statement(3, frozenset({"module", "function"}), compound=True)
def define_cooperating_classes(b: Builder) -> None:
    """Defines a diamond of classes with constructors which call on."""
    base, left, right, last = (b.new_name("B") for _ in range(4))
    for name, bases in ((base, ""), (left, base), (right, base)):
        b.line(f"class {name}({bases}):")
        b.line("    def __init__(self, *args, **named):")
        b.line(f"        print('{name}', __class__.__name__, args)")
        b.line("        super().__init__(" + ("*args" if bases else "") + ")")
        b.line(f"        self.value = {b.leaf('number')}")
        b.line("    def run(self, item=None):")
        called = f"super({name}, self).run(item)" if bases else "item"
        b.line(b.pick((f"        return ['{name}', {called}]", f"        return (lambda: [{called}, __class__])()")))
    cls = Class(last, ["run"])
    b.scope.cost += 12
    _write(b, cls, f"class {last}({left}, {right}):", f"    pass{b.pick(('', '; run = ' + right + '.run'))}")


@statement(2, frozenset({"module", "function"}), compound=True)
def define_descriptor(b: Builder) -> None:
    """Defines a descriptor and a class which uses it."""
    descriptor, cls = b.new_name("P"), Class(b.new_name("C"), ["value"])
    _write(
        b,
        cls,
        f"class {descriptor}:",
        "    def __set_name__(self, owner, name):",
        "        print('named', owner.__name__, name)",
        "    def __get__(self, owner, cls):",
        f"        print('get', owner is None); return {b.leaf('anything')}",
        "    def __set__(self, owner, new):",
        f"        print('set', new){b.pick(('', '; raise AttributeError(new)'))}",
        f"class {cls.name}:",
        f"    value = {descriptor}()",
        f"    other = {b.use('functools')}.cached_property(lambda self: {b.expression()})",
    )
