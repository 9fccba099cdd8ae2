print(1_000, 0xFF, 0o17, 0b1010, 1e3, 1.5e-3, 2j, 1_0.0_1, ...)
print("a" "b" 'c', r"\n", b"\x00\xff", "\N{BULLET}\u00e9\U0001F600", "tab\tnew")
print((), (1,), [1, [2]], {1, 2, 2} == {2, 1}, {}, {"a": {"b": []}}, {None: 1, (1, 2): 3})
print({1: "int", True: "bool", 1.0: "float"})
print([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], {"a", "a"}, (1, 2, (3, 4)), [*()], {**{}})
big = 2**200
print(big, -big, big // 3, big % 7, big >> 190, hash(2**61 - 1), (1 << 100).bit_length())
print(10**30 * 10**30, int("9" * 40), str(7**50), 0.1 + 0.2, 1e308 * 10, -0.0, float("nan"))
print(round(1234.5678, 2), round(1234, -2), 7 // 2.0, 2**0.5, 1 / 3, complex("1+2j") * 2j)
print({"x": 1, **{"x": 2}, "y": 3}, [*"ab", 1, *range(2)], (*"xy", 3), {*[1], *[1]})


def constants():
    return (1, "two", 3.0, None, True, (4, 5), frozenset({6}), b"7", ...)


print(constants())
print("%s %r %5.2f %x %%" % ("a", "b", 3.14159, 255), "%(k)s" % {"k": "v"})
print(10 % 3, -10 % 3, 10 % -3, -7 // 2, divmod(-7, 2), 5 .real, 1..is_integer())
