def echo():
    received = []
    try:
        while True:
            try:
                got = yield len(received)
                received.append(got)
            except ValueError as error:
                received.append(f"error {error}")
    finally:
        print("closing with", received)


g = echo()
print(next(g), g.send("a"), g.send("b"))
print(g.throw(ValueError("oops")))
g.close()
g.close()
try:
    next(g)
except StopIteration as stop:
    print("stopped", stop.value)


def returning():
    yield 1
    return "result"


g = returning()
print(next(g))
try:
    g.send(None)
except StopIteration as stop:
    print(stop.value)
g = returning()
try:
    g.send(5)
except TypeError as error:
    print(error)


def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


g = stubborn()
next(g)
try:
    g.close()
except RuntimeError as error:
    print(error)
fresh = returning()
try:
    fresh.throw(KeyError("early"))
except KeyError as error:
    print("raised", error)
print(list(fresh))
