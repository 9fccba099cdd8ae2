class A:
 def __getattr__(s,n): return n
 def __call__(s): return 1
a=A(); print(a.q, a())
