# requires: 3.13
from typing import NoDefault

log = []


def note(x):
    log.append(x)
    return x


class Box[T = int, **P = [bool]]:
    pass


for p in Box.__type_params__:
    print(p, p.__default__, p.has_default())
type Starred[*Ts = *tuple[str, int]] = tuple[*Ts]
print(Starred.__type_params__[0].__default__)
type Alias[A, B = list[A]] = dict[A, B]
print(Alias.__type_params__[1].__default__, Alias[int])


def f[T: object = note("default")](x: T) -> T:
    return x


print(log, f.__type_params__[0].__default__, log, f(1))


class Plain[T]: ...


print(Plain.__type_params__[0].__default__ is NoDefault, Plain.__type_params__[0].has_default(), Box[str].__args__[0])


def scope(n):
    class Local[T = n]: ...

    return Local.__type_params__[0].__default__


print(scope("free"))
try:

    def bad[T = undefined](): ...

    bad.__type_params__[0].__default__
except NameError as error:
    print(error)
