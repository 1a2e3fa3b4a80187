from core.limits import Limit

SIGN_IN = Limit("sign-in", count=150, seconds=300)
"""By address; beside allauth's own limits, and also while the shared cache is away."""
