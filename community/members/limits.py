from core.limits import Limit

SIGN_IN = Limit("sign-in", count=150, seconds=300)
"""By IP address. It applies beside allauth's own limits, and also while the shared cache is unavailable."""
