# path: not compared (children import the program natively)
import multiprocessing
import os


def square(n):
    return n * n


def child(queue, n):
    queue.put((n, __name__, square(n)))


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue, 5))
    process.start()
    print(queue.get(timeout=20))
    process.join()
    print(process.exitcode)
    with context.Pool(1) as pool:
        print(pool.map(square, range(4)))
