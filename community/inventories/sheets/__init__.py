"""Readers of workbooks, which run in a child process (`core.confined`) and import nothing of Django.

`xlsx`, `ods` and `xlsb` each open a file as a `Book`; `__main__` prints what it holds as lines of JSON; `shown` says
how a typed cell is written. `workbooks`, one level up, is the parent's side.
"""
