def outer(x, y):
    class A:
        z = x
        w = y
        u = w + 1

        def get(self):
            return x, y

        class Inner:
            v = y

        gen = [y for _ in range(2)]

    return A


A = outer(1, 2)
print(A.z, A.w, A.u, A().get(), A.Inner.v, A.gen)


def conditional(flag, value):
    class B:
        if flag:
            value = "class"
        seen = value

    return B.seen


value = "global value"
print(conditional(True, "free"), conditional(False, "free"))


def methods():
    class D:
        def f(self):
            return __class__

        g = lambda self: __class__

        @classmethod
        def h(cls):
            return cls is __class__

    return D


D = methods()
print(D().f() is D, D().g() is D, D.h())


def counter():
    class Counter:
        count = 0

        def up(self):
            nonlocal total
            total += 1
            self.count += 1
            return self.count, total

    total = 100
    return Counter


C = counter()
c = C()
print(c.up(), c.up(), C().up())


def closure_chain(a):
    def f(b):
        def g(c):
            def h(d):
                return a + b + c + d

            return h

        return g

    return f


print(closure_chain(1)(2)(3)(4))
print([f() for f in [lambda n=n: n for n in range(3)]])
cells = closure_chain(1)(2)(3).__closure__
print([cell.cell_contents for cell in cells])
