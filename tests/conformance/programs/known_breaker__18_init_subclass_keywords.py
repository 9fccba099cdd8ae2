class A:
 def __init_subclass__(c, **k): print(k)
class B(A, x=1): pass
