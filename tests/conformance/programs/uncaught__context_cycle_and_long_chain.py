def chain(n):
    try:
        if n == 0:
            raise ValueError("start")
        chain(n - 1)
    except Exception as error:
        if n % 2:
            raise KeyError(n) from error
        raise IndexError(n)


chain(4)
