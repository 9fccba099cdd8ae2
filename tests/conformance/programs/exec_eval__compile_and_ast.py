import ast
import types

tree = ast.parse("def f(n):\n    return n + offset\nresult = f(1)")


class Double(ast.NodeTransformer):
    def visit_BinOp(self, node):
        self.generic_visit(node)
        return ast.BinOp(node, ast.Mult(), ast.Constant(2))


tree = ast.fix_missing_locations(Double().visit(tree))
space = {"offset": 10}
exec(compile(tree, "<guest-ast>", "exec"), space)
print(space["result"], ast.unparse(tree))
code = compile("def g(a, b=1):\n    return a, b", "<guest-def>", "exec")
function_code = next(c for c in code.co_consts if isinstance(c, types.CodeType))
g = types.FunctionType(function_code, {}, "renamed", (5,))
print(g(1), g.__name__, g.__defaults__, g.__globals__)
h = types.FunctionType(function_code.replace(co_name="h"), globals())
print(h(1, 2), h.__name__)
try:
    h(1)
except TypeError as error:
    print(error)


def outer(x):
    def inner():
        return x

    return inner


clone = types.FunctionType(outer(1).__code__, globals(), "clone", None, (types.CellType(42),))
print(clone(), outer(5).__code__.co_freevars)
try:
    types.FunctionType(outer(1).__code__, globals())
except TypeError as error:
    print(error)


def original():
    return "original"


def replacement():
    return "replacement"


original.__code__ = replacement.__code__
print(original(), original.__name__, original.__code__ is replacement.__code__)
try:
    original.__code__ = outer(1).__code__
except ValueError as error:
    print(error)
exec(replacement.__code__)
print(eval(compile("original()", "<guest-call>", "eval")))
print(eval(compile(ast.fix_missing_locations(ast.Expression(ast.Constant(7))), "<guest-c>", "eval")))
module = types.ModuleType("made")
exec("value = 3\ndef get(): return value", module.__dict__)
print(module.get(), module.value, module.get.__module__)
