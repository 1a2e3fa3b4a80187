from core.limits import Limit

POSTING = Limit("post", count=10, seconds=60)
EDITING = Limit("edit-post", count=20, seconds=60)
