import sys
import types


def template(values):
    return len(values)


namespace = {}
made = types.FunctionType(template.__code__, namespace)
print(namespace, made("abc"), made.__builtins__ is template.__builtins__, list(namespace))

safe = {"None": None, "type": type}
restricted = {"__builtins__": safe}
exec("def inner(): return len\nother = type(inner)(inner.__code__, {})", restricted)
print(restricted["inner"].__builtins__ is safe, restricted["other"].__builtins__ is safe)
print(restricted["other"].__globals__)
for function in (restricted["inner"], restricted["other"]):
    try:
        print(function())
    except NameError as error:
        print(error)
print(types.FunctionType(code=template.__code__, globals={"x": 1}, name="named").__name__)
for arguments in ((), (template,), (template.__code__,), (template.__code__, [])):
    try:
        types.FunctionType(*arguments)
    except TypeError as error:
        print(error)


class Noisy:
    def __del__(self):
        print("del")


async def coroutine():
    pass


def tracks_origins():
    held = Noisy()
    sys.set_coroutine_origin_tracking_depth(5)
    try:
        made = coroutine()
    finally:
        sys.set_coroutine_origin_tracking_depth(0)
    print(made.cr_origin[0][2])
    made.close()


tracks_origins()
print("after")
