"""The contract kit: what the suite requires of every plugin, as checks that each run in their own process.

In the tests of a plugin's own package::

    from benchmark.testing import parametrize_with_checks

    @parametrize_with_checks([Jitter()], expected_failures={"one_pixel": "convolutions need 4x4"})
    def test_contract(plugin, check):
        check(plugin)

On the command line, run `bench check NAME`.
"""

from benchmark.testing._parametrize import parametrize_with_checks
from benchmark.testing._running import KINDS, Check, CheckFailed, Outcome, checks_of, run_checks

__all__ = ["KINDS", "Check", "CheckFailed", "Outcome", "checks_of", "parametrize_with_checks", "run_checks"]
