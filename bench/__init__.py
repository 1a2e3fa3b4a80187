"""Measurements of our own, each beside the figures of its last run. `make bench`, or ARGS="search pages" for some.

A module of this package that has `measure()` is a benchmark: it yields `Figure`s, and its docstring says what is
measured and on what. It may use the addresses in the environment (DATABASE_URL …) and raise `NotHere`.
"""
