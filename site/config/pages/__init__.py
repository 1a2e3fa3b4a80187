"""Pages that belong to no package, and the context of every page."""
