def h():
 try: raise ValueError('a')
 except ValueError:
  try: raise KeyError
  except KeyError: pass
  raise
try: h()
except ValueError as e: print(e)
