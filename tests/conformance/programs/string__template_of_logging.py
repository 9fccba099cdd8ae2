import logging
import sys

logging.basicConfig(stream=sys.stdout, format="%(levelname)s:%(name)s:%(funcName)s:%(lineno)d:%(module)s:%(message)s", level=logging.INFO)


def work():
    logging.info("value %d of %s", 5, "x")
    logging.getLogger("child.logger").warning("careful")
    logging.debug("hidden")


class Service:
    log = logging.getLogger("service")

    def run(self):
        self.log.error("failed %r", {"k": 1}, extra={"custom": 1})
        [self.log.info("in comprehension %s", i) for i in range(2)]
        try:
            {}["k"]
        except KeyError:
            self.log.exception("caught")


work()
Service().run()


class Adapter(logging.LoggerAdapter):
    def process(self, msg, kwargs):
        return f"[{self.extra['tag']}] {msg}", kwargs


Adapter(logging.getLogger("adapted"), {"tag": "T"}).info("through adapter")


class Filter(logging.Filter):
    def filter(self, record):
        record.msg = record.msg.upper()
        return "DROP" not in record.msg


logger = logging.getLogger("filtered")
logger.addFilter(Filter())
logger.info("kept")
logger.info("drop me")
logging.log(logging.CRITICAL, "bad args %d", "x") if False else None
sorted([1], key=lambda x: logging.info("from key %s", x) or 0)
