import _packages.circular.first as first

print(first.describe())
from _packages.circular import second

print(second.describe(), first.second is second)
try:
    import _packages.circular.broken_a
except ImportError as error:
    print(str(error).partition(" (/")[0])
