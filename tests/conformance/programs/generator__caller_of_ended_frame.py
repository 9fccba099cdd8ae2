"""An ended generator's frame and who resumed it last."""

import gc


class Noisy:
    def __del__(self):
        print("deleted")


def swallow():
    noisy = Noisy()
    try:
        yield 0
    except KeyError:
        pass


def yield_on():
    try:
        yield 0
    except KeyError:
        yield 1


def raising():
    yield 0
    raise KeyError


def resume(generator, error):
    try:
        return generator.throw(error)
    except StopIteration:
        return None


def frame_after(generator):
    """The frame that a thrown error has seen, when its generator has ended or waits again."""
    next(generator)
    error = KeyError()
    resume(generator, error)
    return error.__traceback__.tb_frame


gc.disable()
for make in swallow, yield_on:
    frame = frame_after(make())
    caller = frame.f_back
    print(make.__name__, caller and caller.f_code.co_name)
    del frame, caller
print("then")
gc.collect()
try:
    list(raising())
except KeyError as error:
    frame = error.__traceback__.tb_next.tb_frame
    print(frame.f_code.co_name, frame.f_back and frame.f_back.f_code.co_name)


async def asynchronous():
    noisy = Noisy()
    try:
        yield 0
    except KeyError:
        pass


async def ask():
    generator = asynchronous()
    await anext(generator)
    error = KeyError()
    try:
        await generator.athrow(error)
    except StopAsyncIteration:
        pass
    caller = error.__traceback__.tb_frame.f_back
    print(caller and caller.f_code.co_name)


async def catch():
    try:
        await ask()
    except KeyError:
        pass


coroutine = ask()
try:
    coroutine.send(None)
except StopIteration:
    print("finished")
print("end")
