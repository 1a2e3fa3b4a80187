"""Text and query → stems, compound parts and concepts, per language.

The analysis of the embedded backend, and the word lists that all backends share: `stop_words(language)`, `concepts()`
(each with its terms in each language) and `lexicon()` (the parts of Swedish compounds).
"""

from search.words.analysis import Term, index_names, index_tokens, name_tokens, query_terms, word_tokens
from search.words.compounds import lexicon, parts
from search.words.concepts import Concept, concepts, concepts_in, concepts_of
from search.words.tokens import fold, generic_words, stem, stop_words, weak_words, words

__all__ = [
    "Concept",
    "Term",
    "concepts",
    "concepts_in",
    "concepts_of",
    "fold",
    "generic_words",
    "index_names",
    "index_tokens",
    "lexicon",
    "name_tokens",
    "parts",
    "query_terms",
    "stem",
    "stop_words",
    "weak_words",
    "word_tokens",
    "words",
]
