"""Health, metrics and log lines for operators, and the probes that return them."""
