"""Pages the site has besides its rooms, what every page shows, and what stands around each."""
