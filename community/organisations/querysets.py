from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Left

from community.organisations.names import keys_within, name_key, names_a_unit, shape
from core.audience import PUBLIC
from core.model_fields import related_model
from core.sorting import by_name
from core.text import one_line
from knowledge.querysets import TERMS, NarrowedQuerySet, within


class OrganisationQuerySet(NarrowedQuerySet):
    def with_place(self) -> Self:
        return self.select_related("subject", "place", "country")

    def with_counts(self) -> Self:
        """Annotate `project_count`: the public projects that it owns."""
        projects = related_model(self.model, "projects")._base_manager
        public = projects.filter(organisation=OuterRef("pk"), subject__audience__meets=[PUBLIC]).order_by()
        counted = public.values("organisation").values_list(Count("pk"))
        return self.annotate(project_count=Coalesce(Subquery(counted), 0))

    def named(self, name: str) -> Any:
        """Return the organisation of that name, or None. An exact spelling wins over a similar one: Håbo, not Habo."""
        found: Iterable[Any] = self.filter(key=name_key(name)).order_by(
            "is_reference", F("claimed_at").asc(nulls_last=True), "pk"
        )
        accented = name_key(name, accents=True)
        return min(
            found, key=lambda o: (o.name != name, name_key(o.name, accents=True) != accented), default=None
        )

    def taking_name(self, name: str, *, public: Collection[str]) -> Self:
        """Organisations that have the name, however it is spelled, or have it as another name; and those of the
        `public` kinds whose name looks the same."""
        key = name_key(name)
        seen = shape(key)
        keys = self.filter(kind__in=public).values_list("pk", "key")
        alike = [pk for pk, other in keys if shape(other) == seen]
        return self.filter(Q(key=key) | Q(aliases__key=key) | Q(pk__in=alike))

    def standing(self) -> Self:
        """Exclude new public bodies that staff have not confirmed and that have no members or requests left."""
        return self.filter(Q(subject__is_out=True) | Q(memberships__isnull=False))

    def named_within(self, name: str, *, public: Collection[str]) -> Self:
        """Organisations of the `public` kinds whose whole name is contained in a longer one.

        Many names contain the name of a municipality's place. Such a name counts only where it also names a unit.
        """
        keys = [key for key in keys_within(name) if len(key) > 2]
        kinds = public if names_a_unit(name) else set(public) - {"municipality"}
        return self.filter(Q(key__in=keys) | Q(aliases__key__in=keys), kind__in=kinds)

    def matching(self, text: str) -> Self:
        """Organisations whose name contains the text; those that begin with it first. None for a text without letters
        and digits."""
        text = one_line(text)  # PostgreSQL accepts no NUL.
        key = name_key(text)
        if not key:
            return self.none()
        begins = Case(
            When(name__istartswith=text, then=Value(0)),
            When(key__startswith=key, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return self.filter(Q(key__contains=key) | Q(name__icontains=text)).order_by(begins, by_name())

    def taking_part(self) -> Self:
        """Organisations with a confirmed member. Those that only an inventory names do not take part."""
        return self.filter(claimed_at__isnull=False)

    def has(self, facet: str, codes: Collection[str]) -> Q:
        """Filter by the areas and technologies of its own statements, where they are for all who see it, and of its
        public projects."""
        if facet not in TERMS:
            return super().has(facet, codes)
        field = TERMS[facet]
        statements = related_model(self.model, "statements")._default_manager
        projects = related_model(self.model, "projects")._base_manager
        terms = within(related_model(statements.model, field)._default_manager, codes)
        said = statements.current().own().filter(subject__visibility="public")
        said = said.filter(**{f"{field}__in": terms.order_by().values("pk")})
        done = projects.filter(
            **{f"{field}__in": terms.order_by().values("pk")}, subject__audience__meets=[PUBLIC]
        )
        organisations = [rows.order_by().values("organisation") for rows in (said, done)]
        return Q(pk__in=organisations[0]) | Q(pk__in=organisations[1])

    def beginning_with(self, letter: str) -> Self:
        """Organisations whose name begins with the letter, in either case."""
        return self.alias(initial=Left("name", 1)).filter(initial__in=[letter, letter.lower()])

    def sorted_by(self, sort: str) -> Self:
        """Sort by name; or those that take part first, the last joined before the others, then those with projects. The
        latter needs `with_counts`."""
        if sort == "name":
            return self.order_by(by_name(), "pk")
        return self.order_by(F("claimed_at").desc(nulls_last=True), "-project_count", by_name(), "pk")

    def joined_by(self, member_id: int) -> Self:
        """Organisations that the member belongs to; those that they may speak for first."""
        return self.filter(memberships__member_id=member_id).order_by(
            F("memberships__confirmed_at").asc(nulls_last=True), by_name()
        )


class MembershipQuerySet(models.QuerySet):
    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def shown(self) -> Self:
        """Confirmed memberships, with their organisation."""
        return self.confirmed().select_related("organisation")

    def people(self) -> Self:
        """Confirmed memberships, with their member, by name."""
        names = by_name("member__first_name"), by_name("member__last_name")
        return self.confirmed().select_related("member").order_by(*names, "pk")

    def administrators(self) -> Self:
        """Memberships of administrators, with their member."""
        return self.confirmed().filter(role="admin").select_related("member")

    def waiting(self) -> Self:
        return self.filter(confirmed_at__isnull=True)

    def asking(self) -> Self:
        """Waiting memberships, oldest first, with their member and `address_confirmed`: whether the member's address is
        confirmed. Show it only to those who answer the requests."""
        members = related_model(self.model, "member")._base_manager
        confirmed = members.filter(
            pk=OuterRef("member"), emailaddress__email__iexact=F("email"), emailaddress__verified=True
        )
        return (
            self.waiting()
            .select_related("member")
            .annotate(address_confirmed=Exists(confirmed))
            .order_by("created_at", "pk")
        )


class MergeCandidateQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Pairs that staff have not decided."""
        return self.filter(dismissed_at=None)

    def with_organisations(self) -> Self:
        return self.select_related("organisation__country", "other__country")
