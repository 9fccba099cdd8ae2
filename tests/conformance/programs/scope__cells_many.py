def maker():
    values = []
    for i in range(3):
        def get():
            return i

        def set_(n):
            nonlocal i
            i = n

        values.append((get, set_))
    return values


v = maker()
print([g() for g, _ in v])
v[0][1](99)
print([g() for g, _ in v])


def argument_cell(a, b=2, *args, k=3, **kw):
    def show():
        return a, b, args, k, kw

    a += 1
    b, k = k, b
    return show


print(argument_cell(1)(), argument_cell(1, 5, 6, 7, k=8, z=9)())


def exception_cell():
    try:
        raise ValueError("x")
    except ValueError as error:
        read = lambda: error
        print(read())
    try:
        read()
    except NameError as problem:
        print(problem)


exception_cell()


def with_cell():
    import contextlib

    with contextlib.nullcontext(5) as bound:
        f = lambda: bound
    for loop in range(2):
        g = lambda: loop
    [h := (lambda: loop) for _ in (1,)]
    import os.path as imported

    return f(), g(), h(), (lambda: imported.basename("a/b"))()


print(with_cell())


def empty_cell():
    def f():
        return x

    cell = f.__closure__[0]
    try:
        cell.cell_contents
    except ValueError as error:
        print(error)
    x = 1
    print(cell.cell_contents)
    cell.cell_contents = 7
    print(x, f())
    del cell.cell_contents
    try:
        f()
    except NameError as error:
        print(error)


empty_cell()
