x = "global"
exec("y = 5; x = 'changed'")
print(x, y)
space = {"x": 1}
exec("z = x + 1\ndef f(): return z * 10", space)
print(space["z"], space["f"](), sorted(k for k in space if k != "__builtins__"), "__builtins__" in space)
local = {}
exec("a = 1\nb = x\nclass C: d = x", {"x": "X"}, local)
print(local["a"], local["b"], local["C"].d)


def function(p):
    q = 2
    print(eval("p + q"), sorted(eval("locals()")))
    exec("q = 100; r = 5")
    print(q, "r" in locals())
    print(eval("[p for _ in range(2)]", {"p": "global p"}))
    try:
        eval("undefined_here")
    except NameError as error:
        print(error)
    return eval("(lambda: x)()")


print(function(1))
code = compile("m * 2", "<guest-expr>", "eval")
print(eval(code, {"m": 21}), eval(code, {}, {"m": "s"}), code.co_names)


class Mapping:
    def __getitem__(self, key):
        print("lookup", key)
        if key == "known":
            return "value"
        raise KeyError(key)

    def __setitem__(self, key, value):
        print("store", key, value)

    def __delitem__(self, key):
        print("delete", key)


exec("known\nnew = known\ndel new\nlen('x')", {}, Mapping())
print(eval("known", {}, Mapping()))
for bad in ("eval('x = 1')", "exec('def')", "eval(5)", "exec('x', 5)", "eval('1', {}, 5)", "compile('1', 'f', 'bad')"):
    try:
        eval(bad)
    except (SyntaxError, TypeError, ValueError) as error:
        print(type(error).__name__, error)
exec("print(__name__)", {"__name__": "custom"})
print(eval("  1 +  2 "), eval(b"3 * 3"), eval("__builtins__") is not None)
try:
    exec("print(len('abc')); open", {"__builtins__": {"print": print}})
except NameError as error:
    print(error)


class Body:
    n = 3
    exec("m = n + 1")
    print(eval("n * m"), sorted(k for k in locals() if not k.startswith("__")))


print(Body.m)
