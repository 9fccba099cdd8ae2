x = "module"


def reads():
    return x


def writes():
    global x
    x = "written"


def local():
    x = "local"

    def middle():
        def inner():
            nonlocal x
            x += "!"
            return x

        return inner

    print(middle()(), x)

    def to_global():
        global x
        return x

    print(to_global())


print(reads())
writes()
print(reads(), x)
local()


class C:
    x = "class"
    y = x

    def method(self):
        return x

    seen = [x for _ in range(1)]

    def nested():
        global x, fresh
        x, fresh = "from class", "fresh"

    nested()


print(C.y, C().method(), C.seen, fresh)


def shadow(len):
    return len


print(shadow(3), len("abc"))
print = print
print("rebound builtin in globals", "print" in globals())
del print
print("back")


def unbound():
    try:
        return later
    finally:
        later = 1


try:
    unbound()
except UnboundLocalError as error:
    print(error)


def conditional(flag):
    if flag:
        value = 1
    return value


print(conditional(True))
try:
    conditional(False)
except UnboundLocalError as error:
    print(error)
