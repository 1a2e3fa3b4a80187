from core.limits import Limit

DRAFTING = Limit("draft", count=20, seconds=3600)
SAVING = Limit("save", count=120, seconds=3600)
ADOPTING = Limit("adopt", count=20, seconds=3600)
