class Wrapped(Exception):
    pass


def inner():
    error = ValueError("original")
    error.add_note("first note")
    error.add_note("second\nnote")
    raise error


def outer():
    try:
        inner()
    except ValueError as error:
        try:
            raise Wrapped("wrapped") from None
        except Wrapped as wrapped:
            wrapped.__cause__ = error
            wrapped.add_note("on wrapped")
            raise


outer()
