class Odd:
    def __eq__(self, other):
        return "equal"

    def __ne__(self, other):
        return []

    def __lt__(self, other):
        return 5

    def __contains__(self, item):
        return [item]

    def __bool__(self):
        return False

    def __hash__(self):
        return -1

    def __len__(self):
        return 3

    def __iter__(self):
        return iter([1])

    def __repr__(self):
        return "Odd()"


o = Odd()
print(o == 1, o != 1, o < 1, 1 in o, None in o, not o, hash(o), len(o), list(o), o)
print([o] == [1], (o,) != (1,), [o].count(5), o in [1], {o: 1}[o], sorted([o, o]))
if o == 1:
    print("truthy string")
if not (o != 1):
    print("falsy list")
print("and" if o < 1 and 1 in o else "no", o or "falsy", o and "never")


class Wrong:
    def __len__(self):
        return "x"

    def __bool__(self):
        return "not bool"

    def __hash__(self):
        return "h"

    def __repr__(self):
        return 5

    def __iter__(self):
        return [1]

    def __int__(self):
        return "1"

    def __index__(self):
        return 1.5

    def __contains__(self, item):
        raise KeyError("contains")

    def __str__(self):
        return b"bytes"

    def __format__(self, spec):
        return 5

    def __call__(self):
        return self.missing

    def __setitem__(self, k, v):
        raise IndexError("setitem")

    def __enter__(self):
        raise OSError("enter")

    def __exit__(self, *a):
        pass

    def __float__(self):
        return 1

    def __length_hint__(self):
        return -1

    def __dir__(self):
        return 5


w = Wrong()
for code in ("len(w)", "bool(w)", "hash(w)", "repr(w)", "iter(w)", "int(w)", "[1][w]", "1 in w", "str(w)", "f'{w}'", "w()", "float(w)", "dir(w)", "range(w)", "not w", "[*w]", "w + 1", "-w", "w[0]", "w.x"):
    try:
        print(code, eval(code))
    except Exception as error:
        print(code, "->", type(error).__name__, error)
for code in ("w[0] = 1", "del w[0]", "for x in w: pass", "with w: pass", "a, b = w", "w.x += 1", "w += 1", "raise w"):
    try:
        exec(code)
    except Exception as error:
        print(code, "->", type(error).__name__, error)
