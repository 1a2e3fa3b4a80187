from core.limits import Limit

STATING = Limit("state", count=60, seconds=3600)
"""For the member, and for the organisation, whichever member writes, changes or ends a statement."""
