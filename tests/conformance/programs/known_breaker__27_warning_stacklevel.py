import warnings
def f(): warnings.warn('w', stacklevel=2)
with warnings.catch_warnings(record=True) as w:
 warnings.simplefilter('always'); f(); print(w[0].lineno)
