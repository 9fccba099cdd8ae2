def g():
 yield 1
 return 7
def h():
 print((yield from g()))
print(list(h()))
