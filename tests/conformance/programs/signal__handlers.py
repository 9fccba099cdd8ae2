import os
import signal
import time

log = []


def handler(number, frame):
    log.append((signal.Signals(number).name, frame.f_code.co_name, frame.f_lineno > 0))


previous = signal.signal(signal.SIGUSR1, handler)
print(previous == signal.SIG_DFL, signal.getsignal(signal.SIGUSR1) is handler)


def work():
    signal.raise_signal(signal.SIGUSR1)
    return "worked"


print(work(), log)
os.kill(os.getpid(), signal.SIGUSR1)
print(len(log))


class Interrupt(Exception):
    pass


def raising(number, frame):
    raise Interrupt(number)


signal.signal(signal.SIGUSR2, raising)


def guarded():
    try:
        signal.raise_signal(signal.SIGUSR2)
        return "not interrupted"
    except Interrupt as error:
        return f"interrupted {error.args[0] == signal.SIGUSR2}"
    finally:
        log.append("finally")


print(guarded(), log[-1])
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("keyboard interrupt")
signal.signal(signal.SIGALRM, lambda n, f: (_ for _ in ()).throw(TimeoutError("alarm")))
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    time.sleep(5)
except TimeoutError as error:
    print(error)
