import traceback


def places(error):
    return [(entry.f_code.co_name, line) for entry, line in traceback.walk_tb(error.__traceback__)]


class Failing:
    def __iter__(self):
        raise LookupError("no iterator")


class Wrong:
    def __iter__(self):
        return 3


for iterable in (3, Failing(), Wrong(), None):
    try:
        print(list(one for one in iterable))
    except Exception as error:
        print(type(error).__name__, error, places(error))

async_generator = None
try:
    (one async for one in async_generator)
except TypeError as error:
    print(error, places(error))

sum(one
    for one in 7)
