from core.limits import Limit

MEASURING = Limit("measure", count=60, seconds=3600)
