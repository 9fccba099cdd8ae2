# A canary: CPython itself is made to run a guest code object, which the leak counter must see.
import ctypes


def guest():
    print("run by CPython")


evaluate = ctypes.pythonapi.PyEval_EvalCode
evaluate.restype = ctypes.py_object
evaluate.argtypes = [ctypes.py_object] * 3
evaluate(guest.__code__, globals(), globals())
