def mk(x):
 class A: y = x
 return A
print(mk(3).y)
