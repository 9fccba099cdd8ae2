"""What is being handled in an `except*` clause that pauses is what the clause matched."""
import sys


def show(error):
    print(repr(error), repr(error and error.__context__))


def pauses():
    try:
        raise ExceptionGroup("group", [TypeError(1), ValueError(2)])
    except* TypeError:
        show(sys.exception())
        yield 1
        show(sys.exception())
        try:
            raise KeyError
        except KeyError as error:
            show(error)
            yield 2
            show(error)
            show(sys.exception())
        show(sys.exception())
        yield 3
    except* ValueError:
        yield 4
        show(sys.exception())


def naked():
    try:
        raise TypeError(1)
    except* TypeError:
        yield 1
        show(sys.exception())
        raise KeyError


print(list(pauses()))
try:
    list(naked())
except ExceptionGroup as error:
    show(error.exceptions[0])
    show(error)
