import threading


def work(n):
    print("working", n)
    raise ValueError(f"in thread {n}")


thread = threading.Thread(target=work, args=(1,), name="worker")
thread.start()
thread.join()


def hook(args):
    print("hook", args.exc_type.__name__, args.exc_value, args.thread.name)


threading.excepthook = hook
thread = threading.Thread(target=work, args=(2,), name="second")
thread.start()
thread.join()
print("main goes on")
raise SystemExit(4)
