"""Finds the organisation that a published name means, and pairs that may be one organisation.

A name means the organisation with the same key (see `names`) in the same country. An organisation with only a similar
name is another organisation, and the pair goes on the list from which staff merge.

How a name is resolved. 1. A public code decides alone. 2. Otherwise the organisations with the name's key in its
country are the candidates; of several, one with the same accents, then of the same kind, then with members wins.
3. A name without candidates becomes a new organisation (a reference). `alike` then compares its name with all others:
same key, a body that it names as a part, or many common trigrams. Each likely pair becomes a `MergeCandidate`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from community.organisations.models import Alias, Kind, MergeCandidate, Organisation
from community.organisations.names import is_company, is_municipal, name_key, named_keys
from community.organisations.signals import OrganisationsChanged, organisations_changed
from community.organisations.slugs import free_slug
from core.audience import ANONYMOUS, may_see
from core.signals import send_state
from subjects.services import create_subjects

PART_OF = 0.9
"""Likeness of an organisation to one that its name contains: "Växjö kommun, Socialförvaltningen" and Växjö kommun."""
ALIKE = 0.7
"""The least share of common trigrams by which two names in one country may be one organisation's."""
SAME_WORD = 0.6
"""The least likeness by which two words may be one, misspelt."""
MOST_ALIKE = 3


@dataclass(frozen=True)
class OrganisationQuery:
    """An organisation as an inventory publishes it. `code` is its public code, where given."""

    name: str
    country_id: int | None = None
    kind: str = Kind.OTHER.value
    code: str = ""


@dataclass(frozen=True)
class OrganisationRef:
    id: int
    name: str
    country_id: int | None
    kind: str
    is_reference: bool


class OrganisationResolver:
    """All public organisations by name, in memory during an import: a few megabytes for tens of thousands."""

    def __init__(self) -> None:
        self.by_code: dict[str, OrganisationRef] = {}
        self.by_key: dict[str, list[OrganisationRef]] = defaultdict(list)
        self.by_trigram: dict[tuple[int | None, str], set[int]] = defaultdict(set)
        self.sizes: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.slugs: set[str] = set()
        aliases: dict[int, list[str]] = defaultdict(list)
        for organisation_id, name in Alias.objects.values_list("organisation_id", "name"):
            aliases[organisation_id].append(name)
        columns = ("pk", "name", "country_id", "kind", "is_reference", "code", "slug", "subject__audience")
        for row in Organisation.objects.values_list(*columns, named=True):
            self.slugs.add(row.slug)
            # A published record cannot mean an organisation that is not public yet: see ADR 11.
            if may_see(ANONYMOUS, row.subject__audience):
                known = OrganisationRef(row.pk, row.name, row.country_id, row.kind, row.is_reference)
                self.add(known, row.code, aliases.get(row.pk, []))

    def add(self, known: OrganisationRef, code: str | None, aliases: Iterable[str] = ()) -> None:
        if code:
            self.by_code[code] = known
        for name in (known.name, *aliases):
            entries = self.by_key[name_key(name)]
            if all(entry.id != known.id for entry in entries):
                entries.append(known)
        pieces = trigrams(known.name)
        self.sizes[known.id] = len(pieces)
        self.names[known.id] = known.name
        for piece in pieces:
            self.by_trigram[known.country_id, piece].add(known.id)

    def find(self, sought: OrganisationQuery) -> list[OrganisationRef]:
        """Return the organisations that the name means, oldest first: none, one, or several between which nothing
        decides."""
        if sought.code in self.by_code:
            return [self.by_code[sought.code]]
        candidates = [entry for entry in self.of_same_key(sought) if entry.country_id == sought.country_id]
        for is_preferred in (self.written_alike, self.of_one_kind, self.takes_part):
            if len(candidates) > 1:
                candidates = [entry for entry in candidates if is_preferred(entry, sought)] or candidates
        if len(candidates) > 1 and not self.of_one_kind(candidates[0], sought):
            return []
        return sorted(candidates, key=lambda entry: entry.id)

    @staticmethod
    def written_alike(entry: OrganisationRef, sought: OrganisationQuery) -> bool:
        return name_key(entry.name, accents=True) == name_key(sought.name, accents=True)

    @staticmethod
    def of_one_kind(entry: OrganisationRef, sought: OrganisationQuery) -> bool:
        return entry.kind == sought.kind

    @staticmethod
    def takes_part(entry: OrganisationRef, sought: OrganisationQuery) -> bool:
        return not entry.is_reference

    def of_same_key(self, sought: OrganisationQuery) -> list[OrganisationRef]:
        return [entry for entry in self.by_key.get(name_key(sought.name), []) if may_be_one(entry, sought)]

    def alike(self, sought: OrganisationQuery) -> list[tuple[int, float]]:
        """Return (id, likeness) of organisations that may be the same, most alike first.

        These are organisations of the same name elsewhere or more than once, bodies that the name contains, and names
        in the same country that share most of their trigrams.
        """
        found = {
            entry.id: 1.0
            for entry in self.of_same_key(sought)
            if sought.country_id in (entry.country_id, None)
        }
        for key in named_keys(sought.name):
            for entry in self.by_key.get(key, ()):
                if sought.country_id in (entry.country_id, None) and may_be_one(entry, sought):
                    found.setdefault(entry.id, PART_OF)
        pieces = trigrams(sought.name)
        shared: Counter[int] = Counter()
        for piece in pieces:
            shared.update(self.by_trigram.get((sought.country_id, piece), ()))
        for other, common in shared.items():
            likeness = 2 * common / (len(pieces) + self.sizes[other])
            if likeness >= ALIKE and differ_little(sought.name, self.names[other]):
                found.setdefault(other, round(likeness, 3))
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ALIKE]

    def resolve_or_create(
        self, wanted: Iterable[OrganisationQuery]
    ) -> tuple[dict[OrganisationQuery, int], list[int]]:
        """Return the organisation of each query, and the ids of those that were created (as reference, unclaimed).

        Call it inside a transaction. After a rollback the resolver no longer fits the database and must not be used.
        """
        found: dict[OrganisationQuery, int] = {}
        unknown: list[OrganisationQuery] = []
        doubtful: dict[tuple[int, int], float] = {}
        for sought in dict.fromkeys(wanted):
            if candidates := self.find(sought):
                found[sought] = candidates[0].id
                doubtful |= {(candidates[0].id, twin.id): 1.0 for twin in candidates[1:]}
            else:
                unknown.append(sought)
        # Two spellings of one new name become one organisation.
        groups: dict[tuple[str, int | None, str], list[OrganisationQuery]] = defaultdict(list)
        for sought in unknown:
            groups[name_key(sought.name), sought.country_id, sought.code].append(sought)
        firsts = [group[0] for group in groups.values()]
        added = [self.described(sought) for sought in firsts]
        create_subjects(added)
        created = Organisation.objects.bulk_create(added, batch_size=200)
        for group, organisation in zip(groups.values(), created, strict=True):
            found.update(dict.fromkeys(group, organisation.pk))
            doubtful |= {(organisation.pk, other): likeness for other, likeness in self.alike(group[0])}
            known = OrganisationRef(
                organisation.pk,
                organisation.name,
                organisation.country_id,
                organisation.kind,
                is_reference=True,
            )
            self.add(known, organisation.code)
        MergeCandidate.objects.bulk_create(
            [
                MergeCandidate(organisation_id=pk, other_id=other, likeness=likeness)
                for (pk, other), likeness in doubtful.items()
            ],
            batch_size=500,
            ignore_conflicts=True,
        )
        ids = [organisation.pk for organisation in created]
        if ids:
            send_state(organisations_changed, OrganisationsChanged(tuple(ids)))
        return found, ids

    def described(self, sought: OrganisationQuery) -> Organisation:
        return Organisation(
            name=sought.name,
            slug=self.next_slug(sought.name),
            key=name_key(sought.name),
            kind=sought.kind,
            place_id=sought.country_id,
            country_id=sought.country_id,
            code=sought.code or None,
            is_reference=True,
        )

    def next_slug(self, name: str) -> str:
        slug = free_slug(name, self.slugs)
        self.slugs.add(slug)
        return slug


def may_be_one(entry: OrganisationRef, sought: OrganisationQuery) -> bool:
    """Whether the two can be one by their kind. A company is no municipality, though both may bear a town's name."""
    municipal = [
        entry.kind == Kind.MUNICIPALITY,
        sought.kind == Kind.MUNICIPALITY or is_municipal(sought.name),
    ]
    company = [is_company(entry.name), is_company(sought.name)]
    return not (municipal[0] and company[1]) and not (company[0] and municipal[1])


def differ_little(name: str, other: str) -> bool:
    """Whether the words that the names do not share are on one side only, or nearly the same. "University of Bonn" and
    "University of Ulm" differ too much."""
    words, others = name_key(name).split(), name_key(other).split()
    left = "".join(word for word in words if word not in others and len(word) > 2)
    right = "".join(word for word in others if word not in words and len(word) > 2)
    return not left or not right or SequenceMatcher(None, left, right, autojunk=False).ratio() >= SAME_WORD


def trigrams(name: str) -> frozenset[str]:
    padded = f"  {name_key(name)} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
