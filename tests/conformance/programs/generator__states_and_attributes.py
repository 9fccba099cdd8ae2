import inspect
import types


def g(a, b=2):
    x = a + b
    yield x
    x = yield (lambda: x)()
    yield locals()


gen = g(1)
print(inspect.getgeneratorstate(gen), gen.__name__, gen.__qualname__, gen.gi_code.co_name, gen.gi_code is g.__code__)
print(gen.gi_frame.f_locals, gen.gi_running, gen.gi_suspended, gen.gi_yieldfrom)
print(next(gen), inspect.getgeneratorstate(gen), gen.gi_frame.f_lineno, inspect.getgeneratorlocals(gen)["x"])
next(gen)
print(sorted(gen.send("sent").items()))
print(list(gen), inspect.getgeneratorstate(gen), gen.gi_frame)
print(type(gen) is types.GeneratorType, isinstance(gen, types.GeneratorType), inspect.isgenerator(gen), inspect.isgeneratorfunction(g))
gen.__name__ = "renamed"
print(gen.__name__, repr(gen).split(" at ")[0], hasattr(gen, "custom"))


def running():
    try:
        next(me)
    except ValueError as error:
        yield str(error)
    try:
        me.throw(KeyError)
    except ValueError as error:
        yield str(error)
    yield inspect.getgeneratorstate(me), me.gi_running


me = running()
print(list(me))


class Container:
    def __iter__(self):
        yield from (1, 2)
        for c in "ab":
            yield c


print([*Container()], list(Container()), dict(zip(Container(), range(4))), 2 in Container(), max(i for i in Container() if isinstance(i, int)))


def early():
    return "only"
    yield


try:
    next(early())
except StopIteration as stop:
    print(stop.value, stop.args)
print(list(early()), (yield_ := [*early()]))
method = types.MethodType(lambda self: (yield self), 5)
print(list(method()), sum((yield_ for yield_ in (1, 2, 3)), 10))
