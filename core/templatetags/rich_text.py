from django import template

from core.headings import fit_headings

register = template.Library()
register.filter("headings_below", fit_headings)
