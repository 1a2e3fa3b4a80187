"""Pages that belong to no package, and what every page shows."""
