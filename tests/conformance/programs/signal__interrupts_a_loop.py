# path: not compared (how far the loop gets depends on time)
import signal


def stop(number, frame):
    print("in", frame.f_code.co_name)
    raise TimeoutError("stopped")


signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, 0.05)


def spin():
    n = 0
    while True:
        n += 1


try:
    spin()
except TimeoutError as error:
    print(error, error.__traceback__.tb_next.tb_frame.f_code.co_name)
