"""Simulates a warehouse: a queue of events, dataclasses, enumerations, priorities, reservations, a report."""

import heapq
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum

PRODUCTS = ("bolt", "nut", "gear", "spring", "chain", "wheel")
CUSTOMERS = ("north", "south", "east", "west")


class Kind(Enum):
    ORDER = 1
    DELIVERY = 2
    PICK = 3
    CANCEL = 4


class OutOfStockError(Exception):
    def __init__(self, product, missing):
        super().__init__(f"{missing} of {product} missing")
        self.product = product
        self.missing = missing


class CapacityError(Exception):
    """A shelf holds no more."""


class Random:
    """A linear congruential generator: every run is the same."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return (self.state >> 8) % limit

    def choice(self, items):
        return items[self.below(len(items))]


@dataclass(order=True)
class Event:
    time: int
    number: int
    kind: Kind = field(compare=False)
    subject: object = field(compare=False, default=None)


@dataclass
class Line:
    product: str
    amount: int

    @property
    def weight(self):
        return self.amount * len(self.product)


@dataclass
class Order:
    number: int
    customer: str
    lines: list = field(default_factory=list)
    attempts: int = 0
    is_cancelled: bool = False

    @property
    def weight(self):
        return sum(line.weight for line in self.lines)

    def __iter__(self):
        return iter(self.lines)


class Shelf:
    def __init__(self, product, capacity):
        self.product = product
        self.capacity = capacity
        self.batches = deque()
        self.amount = 0

    def put(self, amount, time):
        if self.amount + amount > self.capacity:
            raise CapacityError(self.product)
        self.batches.append([time, amount])
        self.amount += amount

    def take(self, amount):
        """Takes from the oldest batches first."""
        if amount > self.amount:
            raise OutOfStockError(self.product, amount - self.amount)
        left = amount
        while left:
            batch = self.batches[0]
            taken = min(batch[1], left)
            batch[1] -= taken
            left -= taken
            if not batch[1]:
                self.batches.popleft()
        self.amount -= amount


class Reservation:
    """Takes products off shelves, and puts them back if not all are there."""

    def __init__(self, shelves, time):
        self.shelves = shelves
        self.time = time
        self.taken = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            while self.taken:
                product, amount = self.taken.pop()
                self.shelves[product].put(amount, self.time)
        return False

    def take(self, line):
        self.shelves[line.product].take(line.amount)
        self.taken.append((line.product, line.amount))


class Warehouse:
    def __init__(self, seed):
        self.random = Random(seed)
        self.shelves = {product: Shelf(product, 60) for product in PRODUCTS}
        self.events = []
        self.scheduled = 0
        self.time = 0
        self.log = []
        self.shipped = defaultdict(list)
        self.statistics = Counter()
        self.handlers = {
            Kind.ORDER: self.order,
            Kind.DELIVERY: self.delivery,
            Kind.PICK: self.pick,
            Kind.CANCEL: self.cancel,
        }

    def schedule(self, delay, kind, subject=None):
        self.scheduled += 1
        heapq.heappush(self.events, Event(self.time + delay, self.scheduled, kind, subject))

    def run(self, until):
        for start in range(0, until, 5):
            self.schedule(start, Kind.ORDER)
        for start in range(0, until, 9):
            self.schedule(start, Kind.DELIVERY, self.random.choice(PRODUCTS))
        while self.events and self.events[0].time <= until:
            event = heapq.heappop(self.events)
            self.time = event.time
            self.statistics[event.kind.name] += 1
            self.handlers[event.kind](event.subject)
        return self

    def order(self, _subject):
        order = Order(self.scheduled, self.random.choice(CUSTOMERS))
        for _ in range(1 + self.random.below(3)):
            order.lines.append(Line(self.random.choice(PRODUCTS), 1 + self.random.below(8)))
        self.schedule(2, Kind.PICK, order)
        if self.random.below(10) == 0:
            self.schedule(3 + self.random.below(4), Kind.CANCEL, order)

    def delivery(self, product):
        shelf = self.shelves[product]
        try:
            shelf.put(10 + self.random.below(20), self.time)
        except CapacityError as error:
            self.log.append(f"{self.time}: no room for {error}")
            self.statistics["refused"] += 1

    def pick(self, order):
        if order.is_cancelled:
            return
        order.attempts += 1
        try:
            with Reservation(self.shelves, self.time) as reservation:
                for line in order:
                    reservation.take(line)
        except OutOfStockError as error:
            self.statistics["missing " + error.product] += error.missing
            if order.attempts < 3:
                self.schedule(5, Kind.PICK, order)
            else:
                self.log.append(f"{self.time}: order {order.number} given up, {error}")
        else:
            self.shipped[order.customer].append(order)
            self.statistics["weight"] += order.weight

    def cancel(self, order):
        if order not in self.shipped[order.customer]:
            order.is_cancelled = True
            self.statistics["cancelled"] += 1

    def report(self):
        lines = [f"{self.time} minutes, {sum(map(len, self.shipped.values()))} orders shipped"]
        for customer, orders in sorted(self.shipped.items()):
            heaviest = max(orders, key=lambda order: order.weight, default=None)
            weight = 0 if heaviest is None else heaviest.weight
            lines.append(f"  {customer:<6} {len(orders):>4} orders, heaviest {weight}")
        for name, count in self.statistics.most_common(3):
            lines.append(f"  {name}: {count}")
        lines.extend(self.log[-2:])
        return "\n".join(lines)


RESULT = [Warehouse(seed).run(60).report() for seed in range(SIZE)]
