class A:
    def hello(self):
        return "A"

    @classmethod
    def make(cls):
        return f"A.make({cls.__name__})"

    @staticmethod
    def tool():
        return "tool"


class B(A):
    def hello(self):
        return "B" + super().hello()

    @classmethod
    def make(cls):
        return "B" + super().make()


class C(A):
    def hello(self):
        return "C" + super(C, self).hello()


class D(B, C):
    def hello(self):
        parent = super()
        return "D" + parent.hello()

    def call_in_lambda(self):
        return (lambda: super(D, self).hello())()

    def name(self):
        return __class__.__name__


d = D()
print(d.hello(), d.make(), D.make(), d.tool(), d.call_in_lambda(), d.name())
print([c.__name__ for c in D.__mro__])
print(super(B, d).hello(), super(B, D).hello(d))
try:
    super().hello()
except RuntimeError as error:
    print(error)


def outside(self):
    return super().hello()


D.outside = outside
try:
    d.outside()
except RuntimeError as error:
    print(error)
