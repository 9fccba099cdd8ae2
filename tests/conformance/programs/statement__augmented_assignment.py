class Tracked:
    def __init__(self, value):
        self.value = value

    def __iadd__(self, other):
        print("iadd", other)
        self.value += other
        return self

    def __isub__(self, other):
        return NotImplemented

    def __sub__(self, other):
        print("sub", other)
        return Tracked(self.value - other)

    def __imatmul__(self, other):
        return f"matmul {other}"


t = same = Tracked(5)
t += 3
print(t is same, t.value)
t -= 1
print(t is same, t.value)
t @= "m"
print(t)
items = [1, 2]
alias = items
items += (3,)
items *= 2
print(alias, items is alias)
text = "a"
text += "b"
text *= 3
print(text)


class Log:
    def __getattr__(self, name):
        print("get", name)
        return 10

    def __setattr__(self, name, value):
        print("set", name, value)

    def __getitem__(self, key):
        print("getitem", key)
        return 1

    def __setitem__(self, key, value):
        print("setitem", key, value)


def index():
    print("index once")
    return 3


log = Log()
log.x += 1
log[index()] **= 2
log[1:2] += 5
frozen = ([1],)
try:
    frozen[0] += [2]
except TypeError as error:
    print(error, frozen)
n = 5
n //= 2
n %= 2
n <<= 4
n >>= 1
n &= 12
n |= 3
n ^= 1
print(n)
