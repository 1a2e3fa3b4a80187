"""Which names of new organisations are accepted immediately, wait for staff, or are refused."""

from __future__ import annotations

import pytest

from community.organisations import naming, services
from community.organisations.models import Alias, Membership, Organisation
from community.organisations.names import is_unclear, name_key
from core.text import one_line
from knowledge.models import Place
from tests.factories import MemberFactory, OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

KINDS = ("other", "company", "civil_society")

AT_ONCE = [
    "Fjällbo odlarförening",
    "Odlarna i Växjö",
    "Brukshundklubben i Borås",
    "Kommunikationsbyrån Lyktan AB",
    "Nätverket för öppen AI",
    "AI-nätverket",
    "Komunikacja Polska",
    "Sámi giellagáldu",
    "C++ i Sverige",
    "35°-klubben",
    "Kraftverket kulturhus",
    "Hantverket i Hjo",
    "Metropolis film",
    "Integrering och aggregering AB",
    "Foreningen Øst",
    "Møre bondelag",
    "Stowarzyszenie Łódź",
    "Udruga Đakovo",
    "Sámi ŋ ja đ",
    "Klub Español",
    "Αθήνα Αλληλεγγύη",
    "Объединение Мост",
    "東京オープンデータ",
    "Förening 42",
]
WAITS = [
    "Region Granvik",
    "Granvik-regionen",
    "REGION: Granvik!",
    "Skatteverkets AI-enhet",
    "Länsstyrelsen i Dalarna, AI",
    "Lansstyrelsen i Dalarna",
    "Grankommunen",
    "Kommunens pensionärer",
    "Kommunalförbundet Väst",
    "Granviks landsting",
    "Myndigheten för AI",
    "AI-myndigheten",
    "Vägverket",
    "Polisen Väst",
    "Närpolisen i Granvik",
    "Granviks tingsrätt",
    "Mark- och miljödomstolen",
    "Finansdepartementet",
    "Riksdagens AI-grupp",
    "Regeringskansliet",
    "Socialstyrelsen",
    "Skolinspektionen",
    "Statens AI-råd",
    "Granvik City Council",
    "Granvik County",
    "Swedish AI Agency",
    "Ministry of AI",
    "Police of Granvik",
    "The Courts of Granvik",
    "European Safety Authorities",
    "Granviks k0mmun 2",
    "Granviks Komm|un 2",
    "Reg1on Granvik",
    "Pol1sen",
    "G r a n v i k s k o m m u n 2",
    "Kom.mun Granvik 2",
    "Kom\u200bmun Granvik 2",
    "Ｒｅｇｉｏｎ Granvik",
    "𝐑𝐞𝐠𝐢𝐨𝐧 Granvik",
    "Granviksregionen",
    "Försäkringskassan Väst",
    "Kronofogden",
    "Arbetsf0rmedlingen",
    "Sveriges riksbank",
    "Sametinget",
    "Barnombudsmannen",
    "European Commission",
    "EU-kommissionen",
    "Giron gielda",
    "Ubmeje tjïelte",
    "Giron kommuvdna",
    "Granvik Belediyesi",
    "Granviks koommun 2",
    "Granviks kommmun 2",
    "Granviks k◯mmun 2",
    "P〇lisen",
    "Skattev℮rket",
]
REFUSED = [
    "Grаnvik odlare",  # A Cyrillic а.
    "Föreningen Мост",
    "Αθήνα Collective",
    "ᴋᴏᴍᴍᴜɴ Granvik",
    "Grɑnvik odlare",
    "Gɾanvik odlare",
    "Granviƙ odlare",
    "Granviĸ odlare",
    "Ǥranvik odlare",
    "ꓖꓣꓮꓠꓦꓲꓗ",
    "ᏀᎡᎪᏁᏙᎥᏦ",
    "ꮶꭺꮮꭺꮪ",
    "ⲕⲟⲙⲙⲩⲛ",
    "🅺🅾🅼🅼🆄🅽",
    "Poǀisen",
    "Kommʊnen",
    "Grꬽnvik",
    "ᖇᕮᘜᓰᓍᑎ",
    "🇰🇴🇲🇲🇺🇳",
    "Förening ٥",  # An Arabic digit that looks like an o.
]


def create(name: str, kind: str) -> Organisation:
    founder = MemberFactory(confirmed=True)
    return services.create_organisation(name=name, kind=kind, place=None, actor=founder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", AT_ONCE)
def test_a_name_unlike_a_public_body_is_accepted_immediately(name: str, kind: str) -> None:
    added = create(name, kind)
    assert added.memberships.confirmed().count() == 1
    assert not added.awaits_staff


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", WAITS)
def test_a_name_like_a_public_body_waits_for_staff_for_each_kind(name: str, kind: str) -> None:
    added = create(name, kind)
    assert not added.memberships.confirmed().exists()
    assert added.awaits_staff


@pytest.mark.parametrize("kind", [*KINDS, "municipality"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_mixes_alphabets_or_imitates_letters_is_refused(name: str, kind: str) -> None:
    before = Organisation.objects.count()
    with pytest.raises(naming.NameUnclear):
        create(name, kind)
    assert Organisation.objects.count() == before
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("Digg labb", True),
        ("Digg, AI-enheten", True),
        ("Vi på DÏGG", True),
        ("Diggiloo", False),
        ("Granviks bostäder norr", True),
        ("Tax Board of Sweden labs", True),
        ("Växjö AI-enhet", True),
        ("Socialtjänsten Växjö", True),
        ("Stadsbyggnadskontoret Växjö", True),
        ("Växjö kommunfullmäktige", True),
        ("Växjö odlare", False),
    ],
)
def test_a_name_that_contains_the_name_of_a_public_body_waits(name: str, waits: bool) -> None:
    """Without "kommun", the name of a municipality is a place. It counts only together with a word for a unit."""
    digg = OrganisationFactory(name="Digg", kind="agency")
    OrganisationFactory(name="Granviks bostäder AB", kind="municipal_company")
    Alias.objects.create(organisation=digg, name="Tax Board of Sweden", key=name_key("Tax Board of Sweden"))
    assert create(name, "other").awaits_staff is waits


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("country", ["DK", "NO"])
@pytest.mark.parametrize("name", ["Växjö", "Vaxj0", "Växjö AB", "Växjö (officiell)"])
def test_the_name_of_a_public_body_waits_also_with_another_country(
    name: str, country: str, kind: str
) -> None:
    founder, place = MemberFactory(confirmed=True), Place.objects.get(code=country)
    added = services.create_organisation(name=name, kind=kind, place=place, actor=founder)
    assert added.awaits_staff
    assert not added.memberships.confirmed().exists()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Foreningen Øst", "Foreningen Ost"),
        ("Łódź", "Lodz"),
        ("Đakovo", "Dakovo"),
        ("Granvik", "Grɑnviĸ"),
        ("Granvik", "ɢʀᴀɴᴠɪᴋ"),
        ("Granvik", "ꓖꓣꓮꓠꓦꓲꓗ"),
        ("Granvik", "🅶🆁🅰🅽🆅🅸🅺"),
        ("kommun", "ⲕⲟⲙⲙⲩⲛ".replace("ⲩ", "u")),
    ],
)
def test_names_are_compared_by_the_shapes_of_their_letters(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_a_taken_name_is_taken_with_and_without_diacritics() -> None:
    create("Foreningen Øst", "other")
    with pytest.raises(naming.NameTaken):
        create("Foreningen Ost", "other")


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_stored_name_is_not_judged_as_unclear(name: str) -> None:
    assert not is_unclear(one_line(name))
