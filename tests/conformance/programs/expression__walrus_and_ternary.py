import re

if (n := len("abc")) > 2:
    print("long", n)
while (n := n - 1) > 0:
    print("n", n)
print([y := 5, y**2], y)
print([last := x for x in range(3)], last)
print(any((found := x) > 2 for x in [1, 3, 5]), found)


def f(data):
    if m := re.match(r"(\w)(\d)?", data):
        return (g := m.group(2)) or "none", g
    return None


print(f("a1"), f("b"), f("-"))
total = 0
partial = [total := total + v for v in (1, 2, 3)]
print(partial, total)
print("a" if 1 else "b", "a" if 0 else "b" if "" else "c")
print((lambda x: "pos" if x > 0 else "neg" if x < 0 else "zero")(0))
print({(k := "key"): k.upper()}, f"{(w := 10):>5}", w)


def scope():
    values = [(inner := i) for i in range(2)]
    return inner, values


print(scope())
try:
    eval("[i := 0 for i in range(5)]")
except SyntaxError as error:
    print(error.msg)
