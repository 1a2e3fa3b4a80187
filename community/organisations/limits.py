from core.limits import Limit

JOINING = Limit("join", count=10, seconds=3600)
CREATING = Limit("create_organisation", count=10, seconds=3600)
LOOKING_UP = Limit("organisation-names", count=600, seconds=60)
"""The same as for searches: a whole town hall may share one IP address."""
EDITING = Limit("edit-organisation", count=30, seconds=3600)
