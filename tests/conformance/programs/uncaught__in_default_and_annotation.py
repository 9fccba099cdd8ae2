def make(n):
    return {"a": 1}[n]


def function(a, b=make("a"), *, c: int = make("missing")):
    return a, b, c


function(1)
