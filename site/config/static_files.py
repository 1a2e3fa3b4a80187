"""The storage that names and compresses static files in production."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./socket.js"` in our modules to the hashed name, so that a changed module is fetched.

    Django's `support_js_module_import_aggregation` would rewrite the modules of libraries too, some of which import
    files that are not shipped.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
