def f(a, b=2):
 c=1
 return sorted(locals())
print(f(1))
