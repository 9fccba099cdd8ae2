def classify(action):
    try:
        result = action()
    except (KeyError, IndexError) as error:
        return f"lookup {type(error).__name__}"
    except ArithmeticError:
        return "arithmetic"
    except (ValueError, (TypeError,)) if False else ValueError as error:
        return f"value {error}"
    except:
        return "bare"
    else:
        return f"fine {result}"
    finally:
        print("finally")


print(classify(lambda: {}[1]), classify(lambda: [][1]), classify(lambda: 1 / 0), classify(lambda: int("q")))
print(classify(lambda: None.x), classify(lambda: 5))


class Meta(type):
    def __instancecheck__(cls, instance):
        print("not asked")
        return True


class Weird(Exception, metaclass=Meta):
    pass


try:
    try:
        raise ValueError("v")
    except Weird:
        print("wrong")
except ValueError:
    print("right")
for bad in ("5", "'text'", "object", "(ValueError, 5)", "int", "[ValueError]"):
    try:
        exec(f"try:\n 1/0\nexcept {bad}:\n print('no')")
    except TypeError as error:
        print(bad, error, repr(error.__context__))
try:
    raise KeyError("k")
except KeyError as error:
    saved = error
print("error" in globals(), repr(saved))


def expensive():
    print("handler expression evaluated")
    return ValueError


try:
    pass
except expensive():
    pass
try:
    raise ValueError
except expensive() as e:
    print("caught", e.args)


def swallow():
    for i in range(3):
        try:
            if i == 1:
                raise ValueError(i)
        except ValueError:
            continue
        yield i


print(list(swallow()))


def nested_handlers():
    try:
        raise ValueError("a")
    except ValueError:
        try:
            raise KeyError("b")
        except KeyError:
            pass
        try:
            raise
        except ValueError as error:
            return repr(error), error.__context__


print(nested_handlers())
try:
    raise
except RuntimeError as error:
    print(error)
