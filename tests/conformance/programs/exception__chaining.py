import traceback


def chain(explicit):
    try:
        try:
            int("x")
        except ValueError as error:
            if explicit is None:
                raise KeyError("second") from None
            if explicit:
                raise KeyError("second") from error
            raise KeyError("second")
    except KeyError as error:
        return error


for explicit in (True, False, None):
    error = chain(explicit)
    print(repr(error.__cause__), repr(error.__context__), error.__suppress_context__)
    traceback.print_exception(error)
try:
    raise ValueError from TypeError
except ValueError as error:
    print(repr(error.__cause__), repr(error.__context__))
try:
    raise ValueError from 5
except TypeError as error:
    print(error)
for thing in (5, "text", None, int, object()):
    try:
        raise thing
    except TypeError as error:
        print(error)
    except BaseException as error:
        print(type(error))


class Custom(Exception):
    def __init__(self, code, *args):
        super().__init__(code, *args)
        self.code = code

    def __str__(self):
        return f"custom {self.code}"


try:
    raise Custom(5, "extra")
except Custom as error:
    print(error, repr(error), error.args, error.code)


def loop():
    try:
        raise ValueError(1)
    except ValueError as a:
        try:
            raise TypeError(2)
        except TypeError as b:
            try:
                raise a
            except ValueError as c:
                print(c is a, repr(c.__context__), c.__context__.__context__)


loop()
error = ValueError("kept")
error.__context__ = KeyError("assigned")
error.add_note("note one")
error.add_note("note\ntwo")
print(error.__notes__)
traceback.print_exception(error)
try:
    error.add_note(5)
except TypeError as problem:
    print(problem)
try:
    error.__cause__ = 5
except TypeError as problem:
    print(problem)
e = ValueError("t").with_traceback(None)
print(e.__traceback__)
