def mk():
 n=1
 return lambda: n
print(mk().__closure__[0].cell_contents)
