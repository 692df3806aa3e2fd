"""Jitter keeps synthassay's contract for generators."""

from benchmark.testing import parametrize_with_checks

from synthassay_jitter import Jitter

# Checks that it cannot pass, and why: {"one_pixel": "convolutions need 4x4 pixels"}. A check listed here must fail.
EXPECTED = {}


@parametrize_with_checks([Jitter()], expected_failures=EXPECTED)
def test_contract(plugin, check):
    check(plugin)
