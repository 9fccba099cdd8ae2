import traceback


def handle(group):
    try:
        raise group
    except* ValueError as eg:
        print("ValueError", eg.exceptions, eg.message)
    except* (TypeError, KeyError) as eg:
        print("TypeKey", [repr(e) for e in eg.exceptions])
    else:
        print("else")
    finally:
        print("finally")


handle(ExceptionGroup("one", [ValueError(1), TypeError(2), ValueError(3)]))
handle(ValueError("naked"))
try:
    handle(ExceptionGroup("rest", [OSError("o"), KeyError("k"), ExceptionGroup("nested", [ValueError(5), OSError("p")])]))
except ExceptionGroup as rest:
    traceback.print_exception(rest)


def raising():
    try:
        raise ExceptionGroup("eg", [ValueError(1), TypeError(2)])
    except* ValueError:
        raise KeyError("new")
    except* TypeError as eg:
        raise


try:
    raising()
except BaseException as error:
    traceback.print_exception(error)


def no_match():
    try:
        raise ExceptionGroup("eg", [ValueError(1)])
    except* TypeError:
        print("never")


try:
    no_match()
except ExceptionGroup as error:
    print(repr(error), error.__traceback__.tb_next.tb_lineno)
g = ExceptionGroup("root", [ValueError(1), ExceptionGroup("n", [TypeError(2), ValueError(3)])])
match_, rest = g.split(ValueError)
print(repr(match_), repr(rest), repr(g.subgroup(lambda e: isinstance(e, TypeError))), g.derive([OSError()]))
for code in (
    "ExceptionGroup('x', [])",
    "ExceptionGroup('x', [5])",
    "ExceptionGroup('x', [KeyboardInterrupt()])",
    "BaseExceptionGroup('x', [ValueError()]).__class__.__name__",
):
    try:
        print(eval(code))
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
try:
    try:
        raise ExceptionGroup("a", [ValueError()])
    except* ExceptionGroup:
        pass
except TypeError as error:
    print(error)
for i in range(2):
    try:
        if i:
            raise ValueError(i)
    except* ValueError as eg:
        print("loop", eg.exceptions)
        j = i
try:
    raise ExceptionGroup("with return", [ValueError(1)])
except* ValueError as eg:
    result = [e.args for e in eg.exceptions]
print(result, "eg" in globals())
