def returning():
    try:
        return "try"
    finally:
        print("finally runs")


def breaking():
    for i in range(3):
        try:
            if i == 1:
                break
            continue
        finally:
            print("loop", i)
    else:
        print("not reached")
    return i


def nested():
    try:
        try:
            raise ValueError("inner")
        finally:
            print("inner finally")
    except ValueError as error:
        print("caught", error)
    else:
        print("no")
    finally:
        print("outer finally")
    try:
        error
    except UnboundLocalError as unbound:
        print(unbound)


print(returning())
print(breaking())
nested()
while True:
    try:
        pass
    except Exception:
        pass
    else:
        print("else")
        break
    finally:
        print("finally after break")
