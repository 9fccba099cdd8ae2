def raises_stop():
    yield 1
    raise StopIteration("value")


def next_leaks():
    yield next(iter([]))


def explicit_chain():
    try:
        yield 1
    finally:
        next(iter(()))


for function in (raises_stop, next_leaks, explicit_chain):
    try:
        print(list(function()))
    except RuntimeError as error:
        print(function.__name__, error, repr(error.__cause__), error.__context__ is error.__cause__, error.__suppress_context__)
g = raises_stop()
next(g)
try:
    g.throw(StopIteration("thrown"))
except RuntimeError as error:
    print(error, repr(error.__cause__))


def catches():
    try:
        yield 1
    except StopIteration as error:
        yield f"caught {error}"


g = catches()
next(g)
print(g.throw(StopIteration("s")))
print(next(iter([]), "default"), list(iter(lambda: 1, 1)))
try:
    list(next(iter([])) for _ in range(3))
except RuntimeError as error:
    print(error)
try:
    print([next(iter([])) for _ in range(3)])
except StopIteration as error:
    print("list comprehension", repr(error))


def returns_tuple():
    return (1, 2)
    yield


def returns_exception():
    return ValueError("as value")
    yield


def collect(f):
    result = yield from f()
    print("got", repr(result))


list(collect(returns_tuple))
list(collect(returns_exception))
g = returns_tuple()
try:
    next(g)
except StopIteration as stop:
    print(stop.value, stop.args)


async def stop_in_coroutine():
    raise StopIteration("c")


try:
    stop_in_coroutine().send(None)
except RuntimeError as error:
    print(error, repr(error.__cause__))


def throw_forms():
    for _ in range(3):
        try:
            yield
        except Exception as error:
            print("in generator", repr(error), repr(error.__context__))


g = throw_forms()
next(g)
try:
    raise KeyError("outer context")
except KeyError:
    g.throw(ValueError)
g.throw(ValueError("instance"))
try:
    g.throw(5)
except TypeError as error:
    print(error)
