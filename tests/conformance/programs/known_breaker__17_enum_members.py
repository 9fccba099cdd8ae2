from enum import Enum
class C(Enum): R=1; G=2
print(list(C))
