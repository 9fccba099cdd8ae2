def f(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs


print(f(1, d=4))
print(f(1, 2, 3, 4, 5, d=6, z=7))
print(f(*[1, 2], **{"d": 3}, **{"q": 4}))
print(f(*(), 1, *"ab", d=0, **{}))
for call in (
    "f()",
    "f(1)",
    "f(a=1, d=2)",
    "f(1, d=2, **{'d': 3})",
    "f(1, *5, d=2)",
    "f(1, **5)",
    "f(1, d=1, **{1: 2})",
    "(lambda x: x)(1, 2)",
    "(lambda *, x: x)(1)",
    "(lambda x, /: x)(x=1)",
    "(lambda x, y: x)(1, x=1)",
    "(lambda x, y, z: x)()",
    "5()",
    "print(sepp='')",
):
    try:
        print(call, eval(call))
    except TypeError as error:
        print(call, "->", error)
