"""Renders templates: everything is escaped except `Markup`; a missing name is an error."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reports import _svg, _text

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # deferred, so that loading plugins stays fast

    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(sentence=_text.sentence, listed=_text.listed, shortened=_text.shortened)
    environment.globals.update(icon=_svg.icon, colour=_svg.colour)
    return environment


def render(name: str, /, **context: Any) -> Markup:
    """Return the filled-in template. Strings in `context` are escaped; Markup is not."""
    return Markup(_environment().get_template(name).render(context))
