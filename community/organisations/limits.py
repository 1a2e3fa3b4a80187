from foundation.limits import Limit

JOINING = Limit("join", count=10, seconds=3600)
STATING = Limit("state", count=30, seconds=3600)
"""For the member, and for the organisation whoever of it says something."""
EDITING = Limit("edit-organisation", count=30, seconds=3600)
