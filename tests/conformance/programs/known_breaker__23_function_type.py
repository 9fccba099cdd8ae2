import types
def f(): pass
print(type(f) is types.FunctionType)
