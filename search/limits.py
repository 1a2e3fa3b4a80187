from core.limits import Limit

SEARCHING = Limit("search", count=600, seconds=60)
"""By member, or by IP address for visitors: a whole town hall may share one."""
