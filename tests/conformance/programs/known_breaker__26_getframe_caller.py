import sys
def f(): return sys._getframe(1).f_code.co_name
def g(): return f()
print(g())
