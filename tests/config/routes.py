"""Every route of the site, read from the resolver, and an example address of each, found by following links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.http import QueryDict
from django.test import Client
from django.urls import Resolver404, ResolverMatch, URLResolver, get_resolver, resolve
from django.urls.converters import IntConverter
from django.utils.regex_helper import normalize

LINK = re.compile(rb'(?:href|action)="(/[^"#]*)')
PLAIN_VALUES = ("1", "x", "2020-01-01", "00000000-0000-0000-0000-000000000000", "x/")


@dataclass(frozen=True, eq=False)
class Route:
    """`name` is the resolver's name; `template` holds `%(name)s` for each of `parameters`."""

    name: str
    template: str
    parameters: tuple[str, ...]
    converters: Mapping[str, Any]
    view: Callable[..., Any]

    def path(self, values: Mapping[str, str]) -> str:
        """Return the address with these percent-encoded values."""
        return "/" + self.template % values

    def is_number(self, parameter: str) -> bool:
        return isinstance(self.converters.get(parameter), IntConverter)

    @property
    def is_of_admin(self) -> bool:
        return self.template.startswith("admin/")

    def example(self, found: Mapping[str, ResolverMatch], numbers: Mapping[str, int]) -> dict[str, str]:
        """Return a value for each parameter: from a link, else from a row of the view's model, else a fitting one."""
        if match := found.get(self.name):
            return {name: self._written(name, match) for name in self.parameters}
        model = getattr(self.view, "view_initkwargs", {}).get("model")
        model = apps.get_model(model) if isinstance(model, str) else model
        row = model and model._base_manager.values_list("pk", flat=True).first()
        return {
            name: str(numbers.get(name) or row or 1) if self.is_number(name) else self._fitting(name)
            for name in self.parameters
        }

    def _written(self, parameter: str, match: ResolverMatch) -> str:
        if parameter.startswith("_"):  # The resolver numbers a group without a name.
            return match.args[int(parameter[1:])]
        converter = self.converters.get(parameter)
        return converter.to_url(match.kwargs[parameter]) if converter else match.kwargs[parameter]

    def _fitting(self, parameter: str) -> str:
        if converter := self.converters.get(parameter):
            return next(value for value in PLAIN_VALUES if re.fullmatch(converter.regex, value))
        return PLAIN_VALUES[0]


def all_routes() -> list[Route]:
    """Return each address once, in the active language and the resolver's order."""
    return list({route.template: route for route in _walk(get_resolver(), "", "", (), {})}.values())


def _walk(
    resolver: URLResolver,
    name: str,
    template: str,
    parameters: tuple[str, ...],
    converters: Mapping[str, Any],
) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        # A pattern with optional parts has several forms. The longest has all parameters.
        form, own = max(normalize(pattern.pattern.regex.pattern), key=lambda form: len(form[1]))
        path = str(pattern.pattern)
        here = (
            name + (path.removeprefix("^") if name else path),
            template + form,
            (*parameters, *own),
            {**converters, **pattern.pattern.converters},
        )
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, *here)
        else:
            yield Route(*here, pattern.callback)


def follow_links(client: Client, starts: Iterable[str]) -> dict[str, ResolverMatch]:
    """Follow links and forms outside the admin from these addresses. Return one match for each route name."""
    waiting = list(starts)
    found: dict[str, ResolverMatch] = {}
    while waiting:
        path = waiting.pop(0)
        try:
            match = resolve(urlsplit(path).path)
        except Resolver404:
            continue
        if match.route in found or path.startswith("/admin/"):
            continue
        found[match.route] = match
        response = client.get(path)
        if response.status_code in (301, 302):
            waiting.append(response["Location"])
        elif response.get("Content-Type", "").startswith("text/html"):
            waiting += [link.decode().replace("&amp;", "&") for link in LINK.findall(response.content)]
    return found


@contextmanager
def names_read() -> Iterator[set[str]]:
    """Collect the names that views look up in queries and forms, whether they are present or not."""
    read: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("__getitem__", "__contains__", "getlist"):
            asked = getattr(QueryDict, method)

            def note(self: QueryDict, name: Any, *args: Any, asked: Any = asked, **kwargs: Any) -> Any:
                read.add(str(name))
                return asked(self, name, *args, **kwargs)

            patch.setattr(QueryDict, method, note)
        yield read
