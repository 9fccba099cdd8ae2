def work():
    try:
        raise KeyboardInterrupt
    finally:
        print("cleaning")


print("start")
work()
