#!/usr/bin/env python
"""The site's commands. It adds the packages to the path itself, so no PYTHONPATH is needed."""

import os
import sys
from pathlib import Path

SITE = Path(__file__).resolve().parent

if __name__ == "__main__":
    sys.path[:0] = [str(SITE.parent), str(SITE)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
