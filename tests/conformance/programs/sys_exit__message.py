import sys

print("to stdout")
sys.exit("message to stderr")
