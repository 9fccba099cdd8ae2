def f(a, *, b): pass
try: f()
except TypeError as e: print(e)
