"""Jitter keeps what synthassay promises of any generator."""

from benchmark.testing import parametrize_with_checks

from synthassay_jitter import Jitter

# What it cannot do, and why: {"one_pixel": "convolutions need 4x4 pixels"}. What is named here and passes is a failure.
EXPECTED = {}


@parametrize_with_checks([Jitter()], expected_failures=EXPECTED)
def test_contract(plugin, check):
    check(plugin)
