"""Docstring of the module
with two lines."""
"another string"
1 + 1
...
None
print(__doc__)
x = 5
x
x.real
[x for x in ()]
(lambda: print("not called"))
if True: print("one line"); print("two")
for i in range(2): pass
else: print("else")
while x > 4: x -= 1
def f(): "doc"; return 1
class C: "class doc"; a = 1; b = a + 1
print(f.__doc__, f(), C.__doc__, C.b, f.__code__.co_consts[0])
if x == 1: pass
elif x == 4: print("elif")
else: pass
try: 1 / 0
except ZeroDivisionError: print("zero")
with open(__file__) as handle: first = handle.readline()
print(first.strip())
a = \
    1 + \
    2
b = (
    a,  # comment
    a +
    1,
)
print(a, b); print("semicolons");
if (a :=
    5): print(a)
def outer():
    """Outer doc."""
    def inner(): """Inner doc."""
    return inner
print(outer.__doc__, outer().__doc__, (lambda: 0).__doc__)
def no_doc():
    f"not a doc {a}"
def bytes_doc():
    b"not a doc"
print(no_doc.__doc__, bytes_doc.__doc__)
if 0:
    dead = 1
if "constant": print("constant test")
if not 0: print("not zero")
while 1: break
print(1 if 1 else 2, "a" and "b", 0 or "or", not "", 1 < 2 < 3)
assert (1, "tuple")[0]
del a, b
lambda: (yield)
global_declared = 1
def g():
    global global_declared, created_here
    global_declared += 1; created_here = "new"
g()
print(global_declared, created_here)
_ = 3
print(_, __name__)
type = "soft keyword"
match = "m"
case = "c"
print(type, match, case)
