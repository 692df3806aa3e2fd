"""Configuration of the documentation. To build it: `tox -e docs`, or `sphinx-build -W docs build/docs`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_ext"))

project = "synthassay"
author = "The synthassay developers"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx's name
release = version_of("synthassay")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "bench_commands"]
exclude_patterns = ["README.md", "_build"]  # README.md is the index on a code host, index.md that of the site
html_theme = "furo"
html_title = f"synthassay {release}"

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}
autodoc_preserve_defaults = True

WHOLE = {"contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}  # pages from above this folder
PAGES = {
    "README.md": "/index.md",
    "docs/README.md": "/index.md",
    **{file: f"/{page}.md" for page, file in WHOLE.items()},
}


def read_source(_: object, docname: str, source: list[str]) -> None:
    """Read the pages from above this folder, and keep links to and from them on the site."""
    text = (DOCS.parent / WHOLE[docname]).read_text(encoding="utf-8") if docname in WHOLE else source[0]
    for file, page in PAGES.items():
        text = re.sub(rf"\]\((?:\.\./)*{re.escape(file)}(?:#[^)]*)?\)", f"]({page})", text)
    source[0] = re.sub(r"\]\(docs/", "](/", text) if docname in WHOLE else text


def setup(app: object) -> None:
    """Register the hook."""
    app.connect("source-read", read_source)  # type: ignore[attr-defined]
