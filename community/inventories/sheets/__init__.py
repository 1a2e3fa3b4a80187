"""Readers of workbooks, which run in a child process (`core.confined`) and import nothing of Django.

`xlsx`, `ods` and `xlsb` each open a file as a `Book`. `__main__` prints its rows as lines of JSON. `shown` formats
typed cells. `community.inventories.workbooks` starts the child process and reads its output.
"""
