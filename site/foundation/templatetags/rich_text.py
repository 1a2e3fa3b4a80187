from django import template

from foundation.rich_text import render_markdown

register = template.Library()
register.filter("markdown", render_markdown)
