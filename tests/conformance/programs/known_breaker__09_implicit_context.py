try:
 try: 1/0
 except ZeroDivisionError: {}['k']
except KeyError as e: print(repr(e.__context__))
