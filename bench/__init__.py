"""Benchmarks, each beside the figures of its last run. Run all with `make bench`, or some with ARGS="search pages".

A module of this package that has `measure()` is a benchmark. `measure()` yields `Figure`s, and the module's docstring
says what is measured and on what. It may use the addresses in the environment (DATABASE_URL …) and raise `NotHere`.
"""
