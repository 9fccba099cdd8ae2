def inner():
    received = []
    try:
        while True:
            try:
                got = yield len(received)
            except KeyError as error:
                received.append(f"caught {error}")
                continue
            if got is None:
                break
            received.append(got)
    finally:
        print("inner finally")
    return received


def outer():
    try:
        result = yield from inner()
        print("inner returned", result)
        yield "after"
    except ValueError as error:
        yield f"outer caught {error}"
    finally:
        print("outer finally")
    return "done"


g = outer()
print(next(g), g.send("a"), g.throw(KeyError("k")), g.send("b"))
print(next(g))
try:
    next(g)
except StopIteration as stop:
    print(stop.value)
g = outer()
next(g)
print(g.throw(ValueError("v")))
g.close()
g = outer()
next(g)
g.close()
print(g.gi_frame, g.gi_yieldfrom, g.gi_running)


def over(iterable):
    result = yield from iterable
    return result


print(list(over([1, 2])), list(over("ab")), list(over(over(range(2)))), list(over({})))


class Iterator:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 2:
            raise StopIteration("value")
        return self.n

    def send(self, value):
        print("sent", value)
        return next(self)

    def throw(self, *args):
        print("thrown", type(args[-1] if not isinstance(args[0], type) else args[0]).__name__)
        return "from throw"

    def close(self):
        print("closed")


def wrap():
    print("value", (yield from Iterator()))


g = wrap()
print(next(g), g.send("x"), g.throw(ValueError("t")))
g.close()
print(list(wrap()))
g = over([1, 2, 3])
next(g)
try:
    g.send(5)
except AttributeError as error:
    print(error)
try:
    list(over(5))
except TypeError as error:
    print(error)
