import traceback
def a(): b()
def b(): raise ValueError('d')
try: a()
except ValueError as e: print(len(traceback.extract_tb(e.__traceback__)))
