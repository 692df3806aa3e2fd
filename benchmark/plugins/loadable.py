"""Configured plugins in a form that can be sent to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.plugins.code import code_of
from benchmark.plugins.parameters import build_from_values, values_of
from benchmark.plugins.registry import Origin, origin_of

if TYPE_CHECKING:
    from benchmark.api import Plugin


@dataclass(frozen=True)
class Loadable:
    """A configured plugin in a form that can be sent to another process."""

    origin: Origin
    values: Mapping[str, Any]
    code: str  # the hash of its code, as used in keys

    def load(self) -> Any:
        """Import the class and return the instance. Raises ValueError if its source is not the one that was planned."""
        plugin = self.origin.load()
        if code_of(plugin) != self.code:
            raise ValueError(
                f"the source of {plugin.name} changed after the run was planned, or is different on this machine"
            )
        return build_from_values(plugin, self.values)


def loadable(plugin: Plugin) -> Loadable:
    """Return a configured plugin in a form that can be sent to another process."""
    return Loadable(origin_of(type(plugin)), values_of(plugin), code_of(type(plugin)))
