"""The contract kit as a pytest parametrization."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from benchmark.errors import unknown
from benchmark.plugins.parameters import config_of
from benchmark.testing._running import CheckFailed, checks_of

if TYPE_CHECKING:
    import pytest

    from benchmark.api import Plugin

    Expected = Mapping[str, str] | Callable[[Plugin], Mapping[str, str]]


def parametrize_with_checks(
    plugins: Iterable[Plugin | type[Plugin]], *, expected_failures: Expected | None = None
) -> pytest.MarkDecorator:
    """Return a decorator for a test with the arguments `plugin` and `check`, run once for each check of each plugin.

    plugins: instances, or classes, which are checked with their default parameters.
    expected_failures: {name of a check: why it fails}, or a function that returns this for a plugin. Such a check is
    still run: if it passes, the test fails, so that the list stays true.
    Raises InputError if a name is not that of a check.
    """
    import pytest

    cases = []
    for given in plugins:
        plugin = given() if isinstance(given, type) else given
        checks = checks_of(plugin)
        expected = expected_failures(plugin) if callable(expected_failures) else expected_failures or {}
        for name in expected:
            if name not in {check.name for check in checks}:
                raise unknown("expected failure", name, (check.name for check in checks))
        for check in checks:
            marks: list[Any] = []
            if check.name in expected:
                marks = [pytest.mark.xfail(reason=expected[check.name], strict=True, raises=CheckFailed)]
            cases.append(pytest.param(plugin, check, id=f"{config_of(plugin)}-{check.name}", marks=marks))
    return pytest.mark.parametrize(("plugin", "check"), cases)
