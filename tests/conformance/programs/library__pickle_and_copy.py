import copy
import pickle


def function(x):
    return x + 1


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return vars(self) == vars(other)

    def method(self):
        return self.x


class Custom:
    def __init__(self, value):
        self.value = value

    def __getstate__(self):
        print("getstate")
        return {"v": self.value}

    def __setstate__(self, state):
        print("setstate", state)
        self.value = state["v"] + 1

    def __copy__(self):
        print("copy")
        return Custom("copied")

    def __deepcopy__(self, memo):
        print("deepcopy", type(memo).__name__)
        return Custom("deep")


class Reduced:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __reduce__(self):
        return make, (self.a, self.b)


def make(a, b):
    print("make", a, b)
    return Reduced(b, a)


class Args(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))

    def __getnewargs__(self):
        return self[0], "new"


p = Point(1, [2])
q = pickle.loads(pickle.dumps(p))
print(q == p, q is p, q.y is p.y, pickle.loads(pickle.dumps(function))(1), pickle.loads(pickle.dumps(Point)) is Point)
print(pickle.loads(pickle.dumps(p.method))(), pickle.loads(pickle.dumps(Custom(5))).value)
print(vars(pickle.loads(pickle.dumps(Reduced(1, 2)))), pickle.loads(pickle.dumps(Args(1, 2))))
print(copy.copy(p).y is p.y, copy.deepcopy(p).y is p.y, copy.copy(Custom(1)).value, copy.deepcopy([Custom(1)])[0].value)
print(copy.deepcopy(function) is function, copy.copy(Point) is Point)
cycle = [1]
cycle.append(cycle)
again = copy.deepcopy(cycle)
print(again[1] is again, pickle.loads(pickle.dumps(cycle))[0])
for bad in (lambda: 1, (x for x in ()), type("Local", (), {})()):
    try:
        pickle.dumps(bad)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        print(type(error).__name__)
try:
    copy.deepcopy(x for x in ())
except TypeError as error:
    print(error)
