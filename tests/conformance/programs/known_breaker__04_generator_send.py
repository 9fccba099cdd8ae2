def g():
 t=0
 while True: t += yield t
x=g(); next(x); print(x.send(10), x.send(20))
