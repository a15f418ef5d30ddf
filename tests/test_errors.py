"""A message names the argument, the need, what came and what is allowed."""

from cxanalytics.errors import did_you_mean, must_be


def test_must_be():
    assert must_be("scale", ["nps_0_10", "yes_no"], "stars") == (
        "`scale` must be one of 'nps_0_10', 'yes_no'; got 'stars'."
    )
    assert must_be("level", [0.9, 0.95], 2).endswith("got 2.")
    assert must_be("x", [], "a") == "`x` must be one of (nothing is available); got 'a'."


def test_did_you_mean_ignores_case_and_stays_silent_when_nothing_is_close():
    assert did_you_mean("AGENCY", ["agency", "weight"]) == " Did you mean 'agency'?"
    assert did_you_mean("zzz", ["agency"]) == ""
