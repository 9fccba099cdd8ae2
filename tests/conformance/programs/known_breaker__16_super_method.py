class A:
 def f(s): return 'A'
class B(A):
 def f(s): return 'B'+super().f()
print(B().f())
