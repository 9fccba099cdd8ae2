def calculate(expression, **values):
    return eval(expression, {"__builtins__": {}}, values)


print(calculate("a + b", a=1, b=2))
print(calculate("a[0] + missing", a=[1]))
