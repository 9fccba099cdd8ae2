class A:
 def m(s): pass
a=A(); print(a.m == a.m, a.m.__self__ is a)
