from search.database.models import Entry, EntryFacet

__all__ = ["Entry", "EntryFacet"]
