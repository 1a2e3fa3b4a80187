from django import template

register = template.Library()


@register.filter
def initials(name: str) -> str:
    """“Anna Maria Ek” → “AE”, “Granviks kommun” → “GK”."""
    words = name.split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"
