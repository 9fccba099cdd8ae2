import csv
import doctest
import io
import json
import string
import textwrap


def double(x):
    """Doubles.

    >>> double(2)
    4
    >>> double("a")
    'ab'
    >>> double(None)
    Traceback (most recent call last):
        ...
    TypeError: unsupported operand type(s) for *: 'NoneType' and 'int'
    """
    return x * 2


class Encoder(json.JSONEncoder):
    def default(self, value):
        if isinstance(value, complex):
            return [value.real, value.imag]
        return super().default(value)


print(json.dumps({"a": 1j, "b": [None, True, 1.5]}, cls=Encoder, sort_keys=True, indent=1))
print(json.loads('{"x": {"y": 1.5}}', object_hook=lambda d: tuple(d.items()), parse_float=lambda s: f"<{s}>"))
try:
    json.dumps(object, default=lambda o: o.missing)
except AttributeError as error:
    print(error)


class Template(string.Formatter):
    def get_value(self, key, args, kwargs):
        return f"[{key}]"


print(Template().format("{a} {0} {b:>8}"), textwrap.fill("some words to wrap around", 10))
rows = list(csv.DictReader(io.StringIO("a,b\n1,2\n3,4\n")))
print([dict(r, c=int(r["a"]) + int(r["b"])) for r in rows])
finder = doctest.DocTestFinder()
runner = doctest.DocTestRunner(verbose=False)
out = []
for test in finder.find(double, "double", globs={"double": double}):
    runner.run(test, out=out.append)
print(runner.summarize(verbose=False) if False else (runner.tries, runner.failures), "Expected:\n    'ab'" in "".join(out))
