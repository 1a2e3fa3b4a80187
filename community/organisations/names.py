"""How an organisation's name is compared: the same body, however it is spelled."""

from __future__ import annotations

import re
import unicodedata

_LEGAL_FORMS = re.compile(r"\b(?:ab|as|aps|oy|oyj|gmbh|ltd|limited|inc|plc|bv|nv|sa|srl|spa|kommun|kommune|stad|the)\b")


def name_key(name: str) -> str:
    """Lower case, accents off, `&` and punctuation gone, legal forms and "kommun"/"stad" dropped, genitive s kept off:
    "Växjö Kommun", "Vaxjo kommun" and "VÄXJÖ STAD" share a key. Falls back to the plain folding when nothing is left."""
    folded = unicodedata.normalize("NFKD", name.casefold().replace("&", " "))
    plain = re.sub(r"[^\w\s]", " ", "".join(c for c in folded if not unicodedata.combining(c)))
    bare = _LEGAL_FORMS.sub(" ", plain)
    municipal = re.search(r"\b(?:kommun|stad)\b", plain) is not None
    words = bare.split() or plain.split()
    if municipal and len(words) == 1:
        words = [words[0].removesuffix("s")]
    return " ".join(words)[:250]
