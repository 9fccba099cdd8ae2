import traceback

for code in ("{}['k']", "[][5]", "undefined_name", "None.attr", "int('x')", "1/0", "open('/no/such/file')", "'a' + 1", "import nothing_here", "from os import nothing", "b'\\xff'.decode()", "'é'.encode('ascii')", "next(iter(()))", "assert 0, 'm'", "raise OSError(2, 'two', 'f', None, 'g')", "raise SystemExit(3)", "raise StopIteration(4)", "x = = 1", "raise UnicodeDecodeError('u', b'x', 0, 1, 'r')"):
    try:
        exec(code)
    except BaseException as error:
        names = [n for n in ("name", "obj", "path", "errno", "strerror", "filename", "filename2", "encoding", "object", "start", "end", "reason", "value", "code", "msg", "lineno", "offset", "text") if getattr(error, n, None) is not None]
        print(type(error).__name__, error.args if len(str(error.args)) < 100 else "...", [(n, getattr(error, n)) for n in names if n != "path"])


class MyError(Exception):
    default = "default message"

    def __init__(self, message=None, *, code=0):
        super().__init__(message or self.default)
        self.code = code

    def __eq__(self, other):
        return isinstance(other, MyError) and self.code == other.code

    __hash__ = None


try:
    raise MyError(code=5)
except MyError as error:
    print(error, error.code, error == MyError(code=5), repr(error))
try:
    raise MyError
except MyError as error:
    print(error, error.args, error.with_traceback(error.__traceback__) is error)
e = MyError("x")
e.extra = 1
print(vars(e), e.__reduce__()[1:] if False else e.extra, isinstance(e, Exception), issubclass(MyError, BaseException))
try:
    try:
        raise e
    finally:
        e.extra += 1
except MyError as caught:
    print(caught is e, caught.extra)
    tb = caught.__traceback__
    print(tb.tb_lineno, tb.tb_next)
print(e.__traceback__ is not None)
e.__traceback__ = None
print(traceback.format_exception(e))
try:
    e.__traceback__ = 5
except TypeError as error:
    print(error)
try:
    MyError(bad=1)
except TypeError as error:
    print(error)


class Odd(Exception):
    def __new__(cls, *args):
        print("new", args)
        return super().__new__(cls, *args)


class NotReallyException(Exception):
    def __new__(cls):
        return 5


try:
    raise Odd("a", "b")
except Odd as error:
    print(error)
try:
    raise NotReallyException
except TypeError as error:
    print(error)
try:
    raise ValueError("value") from KeyError("cause")
except (ValueError, KeyError) as error:
    print(repr(error), repr(error.__cause__), error.__suppress_context__)
try:
    raise type("Dynamic", (ValueError,), {"__str__": lambda self: "dynamic str"})(1)
except ValueError as error:
    print(error, type(error).__name__)
