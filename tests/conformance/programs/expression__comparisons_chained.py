def value(n):
    print("eval", n)
    return n


print(value(1) < value(2) < value(3))
print(value(3) < value(2) < value(1))
print(1 < 2 > 0 != 5 == 5 is not None)
print(1 in [1] in [[1]])
print(not 1 == 2, not (1 < 2 < 3))
if 1 < value(5) < 4:
    print("no")
else:
    print("chain false")


class Odd:
    def __lt__(self, other):
        print("lt", other)
        return []

    def __gt__(self, other):
        print("gt", other)
        return "yes"

    def __eq__(self, other):
        return NotImplemented

    def __ne__(self, other):
        return NotImplemented

    def __contains__(self, item):
        return item


odd = Odd()
print(odd < 1, odd > 1, 1 < odd, odd < 1 < 2, odd > 1 > 0)
print(odd == 1, odd != 1, odd == odd, 5 in odd, 0 in odd, 0 not in odd)
for expression in ("1 < 'a'", "None >= None", "1 in 5", "{} < {}", "1j < 2j"):
    try:
        eval(expression)
    except TypeError as error:
        print(error)


class Indexed:
    def __getitem__(self, i):
        if i > 3:
            raise IndexError
        return i * i


print(4 in Indexed(), 5 in Indexed(), list(Indexed()), 9 not in Indexed())
x = None
print(x is None, x is not None, [] is [], "a" is x if False else "ternary")
