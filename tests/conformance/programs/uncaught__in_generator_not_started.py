import traceback


def places(error):
    return [(entry.f_code.co_name, line) for entry, line in traceback.walk_tb(error.__traceback__)], last_instruction(error)


def last_instruction(error):
    entry = error.__traceback__.tb_next
    return entry and entry.tb_lasti


def generator(argument):
    yield argument


async def coroutine(argument):
    return argument


async def asynchronous_generator(argument):
    yield argument


class Noisy:
    def __del__(self):
        print("dropped")


for error in (ValueError("x"), StopIteration(3), GeneratorExit(), StopAsyncIteration):
    for make in (generator, coroutine, lambda argument: (one for one in [argument])):
        made = make(Noisy())
        try:
            print(made.throw(error))
        except BaseException as caught:
            print(type(caught).__name__, caught.args, repr(caught.__cause__), places(caught))
            caught.__traceback__ = None
        del made
    made = asynchronous_generator(Noisy())
    try:
        print(made.athrow(error).send(None))
    except BaseException as caught:
        print(type(caught).__name__, caught.args, repr(caught.__cause__), places(caught))
        caught.__traceback__ = None

print([type(one).__name__ for one in (generator(1), coroutine(1)) if one.close() is None])


def outer():
    yield from generator(1)


made = outer()
made.throw(KeyError("uncaught"))
