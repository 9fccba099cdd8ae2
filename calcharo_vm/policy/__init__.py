"""The policy at work: what a program may import and touch is looked at where it asks, and only if there is a policy.

It is a guard rail and no wall: it runs in the program's own process. Nothing is loaded before a run has a policy.
"""
