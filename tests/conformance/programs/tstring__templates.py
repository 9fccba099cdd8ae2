# requires: 3.14
from string.templatelib import Interpolation, Template

name, number = "Ada", 3.14159
t = t"Hello {name}, {number:.2f} and {name!r:>8}!"
print(type(t).__name__, t.strings, t.values, len(t.interpolations))
for part in t:
    if isinstance(part, Interpolation):
        print("I", repr(part.value), part.expression, part.conversion, part.format_spec)
    else:
        print("S", repr(part))
print(t"" .strings, t"plain".strings, t"{name}".strings, t"{name}{number}".strings)


def render(template):
    out = []
    for part in template:
        match part:
            case str() as text:
                out.append(text)
            case Interpolation(value, expression, conversion, spec):
                value = repr(value) if conversion == "r" else value
                out.append(format(value, spec))
    return "".join(out)


print(render(t), render(t"{1 + 1} {'q' * 2} {[x for x in range(2)]!s}"))
width = 10
nested = t"{number:{width}.{2}f}|{name=}|{name = !s}"
print([i.format_spec for i in nested.interpolations], nested.strings, [i.expression for i in nested.interpolations], [i.conversion for i in nested.interpolations])
print((t"a{1}" + t"b{2}").strings, rt"\d{name}".strings, t"{t"{name}"}".values[0].values)
try:
    t"a" + "b"
except TypeError as error:
    print(error)
try:
    t"{undefined}"
except NameError as error:
    print(error)


def lazily():
    log = []
    template = t"{log.append(1)}{(lambda: name)()}"
    return log, template.values


print(lazily(), Template("x", Interpolation(1, "one", None, "")).values, t"{{}} {name}".strings)
