def f1():
    try:
        return "try"
    finally:
        return "finally"


def f2():
    try:
        raise ValueError("lost")
    finally:
        return "swallowed"


def f3():
    for i in range(5):
        try:
            return i
        finally:
            if i < 2:
                continue
            break
    return f"broke at {i}"


def f4():
    while True:
        try:
            raise KeyError
        finally:
            break
    return "broke out"


def f5():
    x = 1
    try:
        return x
    finally:
        x = 2


def f6():
    try:
        try:
            raise ValueError("inner")
        finally:
            raise KeyError("from finally")
    except KeyError as error:
        return repr(error.__context__)


def f7():
    result = []
    try:
        try:
            result.append("a")
            return result
        finally:
            result.append("b")
    finally:
        result.append("c")


def f8():
    for _ in (1,):
        try:
            pass
        finally:
            try:
                1 / 0
            except ZeroDivisionError:
                pass
            else:
                return "no"
    return "end"


def f9():
    try:
        yield 1
        return
    finally:
        yield "in finally"


import warnings

warnings.simplefilter("ignore")
print(f1(), f2(), f3(), f4(), f5(), f6(), f7(), f8(), list(f9()))


def f10(n):
    try:
        if n == 0:
            return "zero"
        if n == 1:
            raise ValueError
        print("fell through")
    except ValueError:
        return "one"
    else:
        return "else"
    finally:
        print("cleanup", n)


print([f10(n) for n in range(3)])
