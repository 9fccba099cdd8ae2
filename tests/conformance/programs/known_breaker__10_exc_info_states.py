import sys
try: raise ValueError('x')
except ValueError: print(sys.exc_info()[1])
print(sys.exc_info())
