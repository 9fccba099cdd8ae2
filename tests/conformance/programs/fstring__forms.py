name, number, pi = "Ada", 42, 3.14159
width, precision, items = 10, 2, {"k": [1, 2]}


class F:
    def __format__(self, spec):
        return f"F<{spec}>"

    def __str__(self):
        return "F str"

    def __repr__(self):
        return "F repr"


f = F()
print(f"{name} {number:5d}|{pi:.2f}|{pi:{width}.{precision}f}|{number:#x}|{name!r:>8}|{name!s}|{name!a}")
print(f"{f} {f!s} {f!r} {f:abc} {f!r:>10} {f:{name}{width}}")
print(f"{{literal}} {{{number}}} {items['k'][0]}")
print(f"{number=} {name = } {pi=:.1f} {name=!s} {number + 1=}")
print(f"{'nested ' + f'{number}'} {[x * 2 for x in range(3)]} {(lambda x: x + 1)(1)} {'a' if number else 'b'}")
print(f"{number:,} {1234567:_} {0.25:%} {255:08b} {-5:+} {name:*^9} {name:<5}| {number:>{width}}")
print(f"multi {number}" " and plain " f"{name}" rf"\d{number}" f"", f"" == "", f"{''}")
print(f"""triple
{name}
  {number}""")
print("{} {0!r}".format(1) if False else "{} {}".format(1, "two"), "{0} {1} {0}".format("a", "b"), "{x.real} {y[0]} {y[k]}".format(x=5, y={0: "zero", "k": "K"}))
print("{:>{w}}|{!r:^7}|{:d}".format("r", "q", 5, w=4), "%-5s|%05d|%s" % ("a", 3, [1]), "%c%c" % (65, "B"), "%.3s" % "abcdef")
for code in ("f'{undefined}'", "f'{5:z}'", "f'{5!r:d}'", "'{}'.format()", "'{x}'.format(y=1)", "'%d' % 'x'", "'%s %s' % (1,)", "'%(a)s' % {}", "format(5, 5)"):
    try:
        print(eval(code))
    except Exception as error:
        print(code, "->", type(error).__name__, error)


def scope(n):
    return (lambda: f"{n} {n!r} {n:>3}")(), [f"{n}{i}" for i in range(2)]


print(scope(7), f"{(yield_ := 3)}", f"{ {'a': 1}['a'] }", f"{number!r}", f'{name}"' + f"{name}'")
import datetime

print(f"{datetime.date(2024, 1, 2):%Y/%m/%d} {datetime.timedelta(1)}", f"{1:{'>' + str(3)}}", f"{None} {True:d} {1j}")
