"""Imports published inventories as organisations and projects.

`reading` turns a file into `rows`. `mapping` says which columns fill which fields of a card, and `published` makes the
card of a row: a checked record in our own codes. `storing` writes cards in chunks. `importing` runs all of this, and
`undoing` undoes a run.
"""
