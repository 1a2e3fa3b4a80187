"""Checks the words of code and documents (`docs/glossary.md`), and the width of documents.

`wording.txt` lists retired words, with what to write instead. `python -m tests.support.wording PATH` shows the findings
of one folder or file.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WIDTH = 120
SKIPPED = ("docs/editing.md", "*/migrations/*", "knowledge/texts/*", "tests/support/wording*")
TEMPLATE_COMMENT = re.compile(r"\{#(.*?)#\}|\{% comment %\}(.*?)\{% endcomment %\}", re.S)
CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)", re.S)
NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    found: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.found!r} → {self.instead}"


@dataclass
class WordList:
    prose: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    allowed: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> WordList:
        words = cls()
        sections = {"[prose]": words.prose, "[names]": words.names, "[name parts]": words.parts}
        section = ""
        for line in text.splitlines():
            if line.startswith("[") and line.endswith("]"):
                section = line
            elif line and not line.startswith("#") and section == "[allowed]":
                pattern, *allowed = line.split()
                words.allowed.append((pattern, frozenset(allowed)))
            elif line and not line.startswith("#"):
                pattern, _, instead = line.partition("  ")
                sections[section][pattern] = instead.strip()
        return words

    def findings(self, path: str, text: str) -> Iterator[Finding]:
        allowed = frozenset().union(*(words for pattern, words in self.allowed if fnmatch(path, pattern)))
        for found in self._all_findings(path, text):
            if found.found.lower() not in allowed:
                yield found

    def _all_findings(self, path: str, text: str) -> Iterator[Finding]:
        if path.endswith(".py"):
            for line, prose in prose_of(text):
                yield from self._in_prose(path, line, prose)
            for line, name in names_of(text):
                yield from self._in_name(path, line, name)
        elif path.endswith(".md"):
            yield from self._in_prose(path, 1, CODE.sub(lambda code: "\n" * code[0].count("\n"), text))
        else:
            for comment in TEMPLATE_COMMENT.finditer(text):
                line = text.count("\n", 0, comment.start()) + 1
                yield from self._in_prose(path, line, comment[1] or comment[2] or "")

    def _in_prose(self, path: str, line: int, prose: str) -> Iterator[Finding]:
        for pattern, instead in self.prose.items():
            for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", prose, re.I | re.M):
                yield Finding(path, line + prose.count("\n", 0, match.start()), match[0], instead)

    def _in_name(self, path: str, line: int, name: str) -> Iterator[Finding]:
        if name in self.names:
            yield Finding(path, line, name, self.names[name])
        for part in {part.lower() for part in NAME_PART.findall(name)} & self.parts.keys():
            yield Finding(path, line, part, f"{self.parts[part]} (in {name})")


def prose_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield each comment and each string that stands as a statement of its own, with its line."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], CODE.sub("", token.string.lstrip("# "))
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.lineno, CODE.sub("", node.value.value)


def names_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield each name that the source defines: functions, classes, arguments and assigned variables."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def files() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.md", "templates/*.html"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for path in listed.stdout.splitlines():
        if (ROOT / path).exists() and not any(fnmatch(path, pattern) for pattern in SKIPPED):
            yield path, (ROOT / path).read_text(encoding="utf-8")


def wide_lines(path: str, text: str) -> Iterator[str]:
    """Yield the lines of a document that are too wide. Tables, code and single long links cannot be wrapped."""
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        is_code ^= line.startswith("```")
        if len(line) > WIDTH and not is_code and not line.startswith("|") and " " in line[:WIDTH].strip():
            yield f"{path}:{number}: {len(line)} columns, more than {WIDTH}"


def main(arguments: list[str]) -> int:
    words = WordList.read((HERE / "wording.txt").read_text(encoding="utf-8"))
    sources = [(path, text) for path, text in files() if path.startswith(tuple(arguments) or "")]
    faults = [str(found) for path, text in sources for found in words.findings(path, text)]
    faults += [wide for path, text in sources if path.endswith(".md") for wide in wide_lines(path, text)]
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
