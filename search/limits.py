from core.limits import Limit

SEARCHING = Limit("search", count=600, seconds=60)
"""By member, or by the address of those not signed in: a whole town hall may sit behind one."""
