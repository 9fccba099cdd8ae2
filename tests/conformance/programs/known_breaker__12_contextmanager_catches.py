import contextlib
@contextlib.contextmanager
def cm():
 try: yield
 except ValueError as e: print('cm', e)
with cm(): raise ValueError('q')
