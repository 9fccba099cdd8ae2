import traceback


def places(error):
    return [(entry.f_code.co_name, line) for entry, line in traceback.walk_tb(error.__traceback__)]


def fail():
    raise ValueError("single")


for make in (fail, lambda: {}["key"]):
    try:
        make()
    except* ValueError as error:
        print(type(error).__name__, error.exceptions, places(error), places(error.exceptions[0]))
    except* KeyError as error:
        print(type(error).__name__, error.exceptions, places(error), places(error.exceptions[0]))
        traceback.print_exception(error)
try:
    try:
        raise ExceptionGroup("group", [ValueError(1), KeyError(2)])
    except* ValueError as error:
        print(places(error))
        fail()
except ExceptionGroup as error:
    print(places(error), [places(one) for one in error.exceptions])
try:
    fail()
except* ValueError:
    raise
