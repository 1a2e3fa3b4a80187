"""Texts that took or could take more than linear time; each can have any length."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

Make = Callable[[int], str]

REPEATED = {
    "round brackets": "(",
    "square brackets": "[",
    "closing brackets": "]",
    "curly brackets": "{",
    "empty links": "[]()",
    "open links": "[](",
    "links in links": "[x](",
    "open links without words": "[](([](([](((",
    "brackets with words": "[a",
    "references": "[a][b]",
    "images": "![",
    "links": "[a](https://b.se) ",
    "links with titles": "[a](b 'c ",
    "quotes": '"',
    "apostrophes": "a'",
    "Swedish quotes": "”",
    "quoted addresses": "”https://a.se” ",
    "quotations": "> ",
    "quotation lines": "> a\n",
    "stars": "*",
    "open emphasis": "*a ",
    "closing emphasis": "a*",
    "closing strong": "a**",
    "underscores": "_a ",
    "mixed emphasis": "*_",
    "mixed strong": "**_* ",
    "crossed emphasis": "**x*",
    "emphasised links": "*[a](b)* ",
    "emphasised paragraphs": "*a*\n\n",
    "tildes": "~~a ",
    "struck": "~~a~~ ",
    "backticks": "`a",
    "escaped backticks": "\\``",
    "fences": "```\n",
    "less than": "<",
    "open tags": "<a",
    "tags": "<b>",
    "comments": "<!--",
    "scripts": "<script>",
    "declarations": "<![CDATA[",
    "autolinks": "<https://a.se>",
    "ampersands": "&",
    "entities": "&amp;",
    "numbers of signs": "&#x41;",
    "half entities": "&a",
    "combining marks": "a" + "\u0301" * 9,
    "right to left": "שלום ",
    "direction signs": "\u202ea",
    "one word": "a",
    "one Swedish word": "å",
    "compounds": "bygglovs",
    "hyphens": "a-",
    "emoji": "😀",
    "full stops": ".",
    "short sentences": "a. ",
    "abbreviations": "E.g. ",
    "backslashes": "\\",
    "exclamation marks": "!",
    "headings": "# a\n",
    "underlined headings": "a\n=\n",
    "lines across": "- - -\n",
    "lists": "- a\n",
    "lists in lists": "- ",
    "lists in quotations": "> - ",
    "empty items": "-\n",
    "numbered": "1. a\n",
    "pipes": "|",
    "table heads": "a|a\n-|-\n",
    "broken table heads": "|- -|\n",
    "definitions": "[a]: b\n",
    "open definitions": "[a]: <b> 'c\n",
    "www": "www.",
    "www addresses": "www.a.se ",
    "http": "http://",
    "https addresses": "https://a.se ",
    "addresses with brackets": "http://a.se/(",
    "other protocols": "x://",
    "mailboxes": "a@b.se ",
    "mailto": "mailto:",
    "at signs": "a@",
    "colons": "a:",
    "slashes": "//",
    "line breaks": "a\n",
    "hard breaks": "a  \n",
    "paragraphs": "a\n\n",
    "blanks": "a" + " " * 99,
    "no-break spaces": "\xa0",
    "zero-width spaces": "\u200b",
    "commas": "a,  ",
    "open paragraphs of HTML": "<p ",
    "ends of scripts": "</script ><script>",
    "numbers of entities": "&#",
    "addresses with semicolons": "https://a;",
    "errors with slashes": "#A/A",
}


def repeated(piece: str) -> Make:
    return lambda length: (piece * (length // len(piece) + 1))[:length]


def numbered(piece: str) -> Make:
    """Repeat the piece with another number each time."""

    def make(length: int) -> str:
        pieces, size = [], 0
        for number in count():
            pieces.append(piece.format(number))
            size += len(pieces[-1])
            if size >= length:
                return "".join(pieces)[:length]
        raise AssertionError

    return make


def nested_list(length: int) -> str:
    lines = ["  " * depth + "- a\n" for depth in range(int(length**0.5) + 1)]
    return "".join(lines)[:length]


def longer_backticks(length: int) -> str:
    return "".join("`" * number + "a" for number in range(1, int((2 * length) ** 0.5) + 1))[:length]


def wide_table(length: int) -> str:
    """Return a table with a header of many columns and rows of two characters."""
    columns = int(length**0.5)
    return ("|" + "a|" * columns + "\n|" + "-|" * columns + "\n" + "|\n" * length)[:length]


TEXTS: dict[str, Make] = {
    **{name: repeated(piece) for name, piece in REPEATED.items()},
    "deep list": nested_list,
    "longer backticks": longer_backticks,
    "wide table": wide_table,
    "table": lambda length: ("|a|b|\n|-|-|\n" + "|*c*|d|\n" * length)[:length],
    "code": lambda length: ("```\n" + "<&" * length)[:length],
    "inline code": lambda length: "`" + "<" * (length - 2) + "`",
    "quotation marks before words": lambda length: ">" * (length - 1) + "a",
    "deep emphasis": lambda length: "*a " * (length // 6) + "b*" * (length // 6),
    "blanks before a dash": lambda length: "a" + " " * (length - 3) + "-a",
    "blanks before a bracket": lambda length: "a" + " " * (length - 3) + "(a",
    "address before semicolons": lambda length: "https://a.se/" + ";" * (length - 14) + "a",
    "formula that never ends": lambda length: "=HYPERLINK(" + " " * (length - 12) + "a",
    "address that never ends": lambda length: "https://a.se/" + "*" * (length - 14) + "a",
    "many words": numbered("ord{} "),
    "many definitions": numbered("[a{}]: b\n"),
    "many references": numbered("[a{0}] [a{0}]: b\n\n"),
}
