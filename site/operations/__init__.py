"""Work in the background: the worker, what comes round, and what staff see and do of both."""
