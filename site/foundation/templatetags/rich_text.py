from django import template

from foundation.headings import fit_headings
from foundation.rich_text import render_markdown

register = template.Library()
register.filter("markdown", render_markdown)
register.filter("headings_below", fit_headings)
