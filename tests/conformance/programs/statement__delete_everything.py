class Box:
    def __delattr__(self, name):
        print("delattr", name)
        super().__delattr__(name)

    def __delitem__(self, key):
        print("delitem", key)


x, y, z = 1, 2, 3
del x, (y, [z])
print([name for name in ("x", "y", "z") if name in globals()])
box = Box()
box.a = 1
del box.a, box[1], box[1:2], box[...], box[1, 2:3]
items = list(range(10))
del items[0], items[-1], items[2:4], items[::3]
print(items)
table = {"a": 1, "b": 2}
del table["a"]
print(table)
try:
    del table["a"]
except KeyError as error:
    print("KeyError", error)
try:
    del undefined
except NameError as error:
    print(error)
try:
    del box.missing
except AttributeError as error:
    print(error)


def local():
    a = 1
    del a
    try:
        del a
    except UnboundLocalError as error:
        print(error)

    def inner():
        nonlocal a
        a = 5
        del a
        try:
            print(a)
        except NameError as error:
            print(error)
        try:
            del a
        except NameError as error:
            print(error)

    inner()


local()


def delete_global():
    global created
    created = 1
    del created
    try:
        del created
    except NameError as error:
        print(error)


delete_global()


class Body:
    a = 1
    del a
    try:
        del a
    except NameError as error:
        print(error)


print(hasattr(Body, "a"))
try:
    del (1).real
except AttributeError as error:
    print(error)
try:
    del (1, 2)[0]
except TypeError as error:
    print(error)
