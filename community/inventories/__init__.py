"""Published inventories become organisations and projects: read, mapped, stored, and undone.

`reading` turns a file into `rows`, `mapping` says how a layout's columns fill the card, `published` holds the card that
comes out, `storing` writes cards in chunks, `importing` is the verb, `undoing` takes a run back.
"""
