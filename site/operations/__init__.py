"""Runs the site: worker, schedule, backup, observability, and the staff's page of background work."""
