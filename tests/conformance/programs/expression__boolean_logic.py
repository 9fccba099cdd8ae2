calls = []


class Truth:
    def __init__(self, name, value):
        self.name, self.value = name, value

    def __bool__(self):
        calls.append(self.name)
        return self.value

    def __repr__(self):
        return self.name


class Sized:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        calls.append(f"len{self.n}")
        return self.n


T, F = Truth("T", True), Truth("F", False)
print(T and F, F and T, T or F, F or T, not T, not F)
print(T and F or T, F or (T and F), not (T and T))
print(calls)
calls.clear()
if T and not F or F:
    print("taken")
while F:
    pass
print([x for x in (T, F, Sized(0), Sized(2)) if x and True].__len__())
print(calls)
print("yes" if Sized(1) else "no", "yes" if Sized(0) else "no")
print(bool([]), bool({}), bool("0"), bool(0.0), bool(None), bool(...), not ())


class Bad:
    def __bool__(self):
        return 1


class BadLen:
    def __len__(self):
        return -1


for bad in (Bad(), BadLen()):
    try:
        if bad:
            print("no")
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
    try:
        not bad
    except (TypeError, ValueError) as error:
        print(error)
a = b = 0
print(a or b or "last", 1 and 2 and 3, (a and b) is a)
print((lambda x: x or "default")(""), [] or {} or ())
