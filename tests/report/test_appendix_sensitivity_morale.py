"""Both sections of the appendix: figure, table, caveat, and a reason where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.models import fit_service_profit_chain, fit_unmeasured_cause
from cxanalytics.report.appendix_sensitivity_morale import (
    CHAIN,
    UNMEASURED,
    write_appendix_chain,
    write_appendix_unmeasured,
)
from cxanalytics.report.section import ORDER, number_of
from cxanalytics.tables import Estimates, Panel

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def panel() -> Panel:
    rng = np.random.default_rng(2)
    place = np.indices((50, 5)).reshape(2, -1)
    load, morale, middle, rest = 0.1 * rng.normal(size=(4, 250))
    morale = 0.5 + morale - 0.2 * load
    middle = 0.5 * morale + middle
    frame = pd.DataFrame(
        {
            "agency": [f"agency {number:02d}" for number in place[0]],
            "period": [f"{2018 + number}" for number in place[1]],
            "morale": morale,
            "performance": 0.3 + 0.6 * middle - 0.1 * load + 0.5 * rest,
        }
    )
    made = Panel.from_frame(
        frame,
        agency="agency",
        period="period",
        morale="morale",
        performance="performance",
        morale_label="Morale",
        performance_label=f"Recommends {HOSTILE}",
    )
    return replace(made, frame=made.frame.assign(load=load, middle=middle))


@pytest.fixture
def appendix_facts(made_up):
    return made_up.make_facts(kind="appendix")


def test_unmeasured_causes_are_written_with_their_caveat(panel, appendix_facts) -> None:
    made = fit_unmeasured_cause(panel, covariates=["load"])
    section = write_appendix_unmeasured(made, appendix_facts, panel=panel)
    assert section.number == number_of("appendix", "unmeasured") and section.figures == 1
    assert section.question == UNMEASURED and "unmeasured cause would have to" in section.answer
    html = str(section.html)
    assert "fig-unmeasured" in html and "They do not show that changing Morale" in html
    for words in ("As observed", "A cause 2 times as strong as load", "Enough to leave nothing"):
        assert words in html
    assert HOSTILE not in html
    assert section.key_figures["key"].tolist() == ["observed", "1x", "2x", "3x"]


def test_the_chain_is_written_with_its_paths_and_share(panel, appendix_facts) -> None:
    made = fit_service_profit_chain(
        panel, middle="middle", middle_label="Resolved first", design="same wave", draws=500
    )
    section = write_appendix_chain(made, appendix_facts, panel=panel)
    assert section.number == number_of("appendix", "chain") and section.figures == 1
    assert section.question == CHAIN and "consistent with the chain" in section.answer
    html = str(section.html)
    assert "fig-chain" in html and "Through Resolved first" in html
    assert "Share of the total by way of the middle" in html and "is not computed" in html
    assert HOSTILE not in html
    assert section.key_figures["key"].tolist() == ["a", "b", "indirect", "direct", "total"]


def test_the_sections_stand_after_morale() -> None:
    order = ORDER["appendix"]
    assert order.index("morale") < order.index("unmeasured") < order.index("chain")


@pytest.mark.parametrize("write", [write_appendix_unmeasured, write_appendix_chain])
@pytest.mark.parametrize(
    ("given", "reason", "said"),
    [
        (None, "Too few units.", "Too few units."),
        (None, "", "It was not computed."),
        ("refused", "", "The model needs more."),
    ],
)
def test_a_refused_model_leaves_its_reason(
    appendix_facts, write, given, reason: str, said: str
) -> None:
    if given:
        empty = pd.DataFrame(columns=["key", "estimate", "std_error", "conf_low", "conf_high", "n"])
        given = Estimates(frame=empty, quantity="-", facts={"reason": "The model needs more."})
    section = write(given, appendix_facts, reason=reason)
    assert said in str(section.html) and section.figures == 0
    assert section.answer == "Not known: the data cannot carry the model."


def test_nothing_is_said_about_a_handful_of_units(panel, appendix_facts) -> None:
    few = replace(panel, frame=panel.frame.loc[panel.frame["agency"] < "agency 07"])
    made = fit_unmeasured_cause(few)
    section = write_appendix_unmeasured(made, appendix_facts, panel=few)
    assert "There are 7 units; at least 8 are needed." in str(section.html)
    chain = fit_service_profit_chain(few, middle="middle", draws=200)
    assert "There are 7 units" in str(write_appendix_chain(chain, appendix_facts, panel=few).html)
