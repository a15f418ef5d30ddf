"""No sentence about morale says more than its design: every case of every claim is read.

The grid holds every order in time, grade, direction and outcome, and also what no model should
give: an order at a grade that does not know time.
"""

from __future__ import annotations

import itertools
import json
import re

import pandas as pd
import pytest

from cxanalytics.claims.morale_verdicts import ORDERS
from cxanalytics.models import fit_tested_morale_claims
from cxanalytics.models.claims_morale import COLUMNS
from cxanalytics.models.claims_morale_rows import order_row
from cxanalytics.tables import ESTIMATE_COLUMNS, Estimates
from cxanalytics.words import (
    Nouns,
    find_forbidden,
    say_morale,
    say_morale_claim,
    say_morale_claims_answer,
    say_morale_note,
    say_morale_sizes,
    say_tested_morale_claims,
)
from cxanalytics.words.morale_ladder import say_ladder, say_order, say_title_ladder

FIGURES = {
    "positive": (0.4, 0.2, 0.6),
    "negative": (-0.4, -0.6, -0.2),
    "null": (0.01, -0.05, 0.07),
    "wide": (0.1, -0.6, 0.8),
}
IN_TIME = re.compile(
    r"\b(?:was|were|is|are) followed by\b|\bcame before\b|\bneither came first\b"
    r"|\breverse was\b|\bfollowed morale\b|\bled by\b",
    re.IGNORECASE,
)
"""Words that tell an order in time."""
PROMISES = re.compile(
    r"\bproves?\b|\bproven\b|\bunquestionabl[ey]\b|\bfoolproof\b|\bguarantee|\bboosts?\b"
    r"|\bincreases? performance\b|\bimproves? performance\b|\bmakes\b|\bbecause\b|\beffects? of\b"
    r"|\bdrives?\b|\bbacked by\b",
    re.IGNORECASE,
)
"""Words that promise what no pattern shows; the lock forbids others."""
BARE_RANK = re.compile(r"\b\d+(?:st|nd|rd|th)\b(?! to \d)", re.IGNORECASE)
RANGED = re.compile(r"\d[\d.,]*\s*(?:points?|%)? (?:better|worse)\b(?! to)")


def made(rows, **facts):
    frame = pd.DataFrame(rows)
    for column in (*ESTIMATE_COLUMNS, "label", "p_adjusted"):
        if column not in frame:
            frame[column] = 500.0 if column == "n" else float("nan")
    return Estimates(frame, "made up", facts={"units": 60} | facts)


def ranged(key, figures, **more):
    return {
        "key": key,
        **dict(zip(("estimate", "conf_low", "conf_high"), figures, strict=True)),
    } | more


def ladder_of(now, later, *, order, grade, higher):
    rows = [
        ranged(key, figures)
        for key, figures in (("between", now), ("fixed_effects", now), ("morale_before", later))
    ]
    rows.append(ranged("performance_before", later, standardized=True))
    facts = {"waves": 4, "morale_sd": 0.1, "reason": "Too few waves."}
    return made(rows, order=order, grade=grade, higher_is_better=higher, **facts)


def relation_of(now, *, grade, higher):
    rows = [ranged("within", now), ranged("between", now)]
    return made(rows, grade=grade, higher_is_better=higher, groups=60, morale_sd=0.1)


def others_of(now, *, grade, higher):
    """Estimates of every other model of the claims, all with one outcome."""
    card = {"key": "aht", "label": "Handle time", "block": "efficiency", "gaming": "heaping"}
    for name in ("validity", "lagged"):
        card |= dict(zip((name, f"{name}_low", f"{name}_high"), now, strict=True))
    dimension = {"label": "Trust", "distinct": False, "unit_reliability": 0.9, "nearest": "e"}
    dimension |= {"nearest_r": 0.95, "nearest_low": 0.91, "nearest_high": 0.99}
    ends = dict(zip(("rank_agreement", "low", "high"), now, strict=True))
    facts = {"grade": grade, "higher_is_better": higher}
    turned = (-now[0], -now[2], -now[1])
    return {
        "unmeasured": made([ranged("observed", now)], robustness_value=0.1, term="within"),
        "dimensions": made([ranged("d", (0.8, 0.7, 0.9), **dimension)], **facts),
        "appreciation": made([ranged("beyond", now), ranged("apart", now)], top_units=17, **facts),
        "chain": made([ranged("indirect", now)], middle_label="Resolved", **facts),
        "blocks": made([ranged("difference", now), ranged("efficiency", now)], **facts),
        "kpis": made([card], **ends, **facts),
        "legs": made([ranged("interaction", now)], **facts),
        "cost": made([ranged("later", turned)], break_even=14.0, **facts),
    }


LATER = ("positive", "negative", "null")
_NUMBERS = ("later", "later_low", "later_high", "p_value", "robustness")
_NOTHING = dict.fromkeys(_NUMBERS, float("nan"))


def read(text, *, grade, page):
    """Read one text: words of cause, words of time, promises, bare ranks."""
    assert text == text.strip() and text
    assert find_forbidden(text, grade=grade, page=page) == [], text
    assert not PROMISES.search(text), text
    assert not BARE_RANK.search(text), text
    assert "nan" not in text.lower().split(), text
    assert not re.search(r"  |\.\.|\( |\bNone\b(?! of)", text), text
    if grade > "C":
        assert not IN_TIME.search(text), text


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("grade", ["B", "C", "D"])
def test_every_sentence_on_the_order_keeps_to_its_grade(order, grade) -> None:
    for now, later in itertools.product(FIGURES, LATER):
        facts = {"grade": grade, "higher": later != "null"}
        ladder = ladder_of(FIGURES[now], FIGURES[later], order=order, **facts)
        row = order_row(ladder, None, same_wave=None, later_wave=None)
        empty = {"claim": 0, "missing": "", "p_adjusted": 0.04, "family": 3.0, "robustness": 0.1}
        claims = pd.DataFrame([{**dict.fromkeys(COLUMNS, ""), **_NOTHING, **row, **empty}])
        texts = [*say_tested_morale_claims(claims, nouns=Nouns()), say_morale_claim(claims)]
        texts += [say_order(ladder), say_order(ladder, page="executive")]
        for text in texts:
            read(text, grade=grade, page="executive")
            # Words of order stand only where the order is known, whatever the figures look like.
            known = order in ("morale first", "performance first", "both")
            assert known or not IN_TIME.search(text), text


@pytest.mark.parametrize("now", FIGURES)
@pytest.mark.parametrize("grade", ["B", "C", "D"])
def test_every_sentence_on_the_claims_keeps_to_its_grade(now, grade) -> None:
    for higher in (True, False):
        facts = {"grade": grade, "higher": higher}
        ladder = ladder_of(FIGURES[now], FIGURES[now], order="not settled", **facts)
        claims = fit_tested_morale_claims(ladder=ladder, **others_of(FIGURES[now], **facts))
        said = say_tested_morale_claims(claims, nouns=Nouns())
        for text, own in zip(said, claims["grade"], strict=True):
            read(text, grade=own or "D", page="executive")
        read(say_morale_claim(claims), grade=grade, page="executive")
        read(say_morale_claims_answer(claims), grade=grade, page="executive")


@pytest.mark.parametrize("grade", ["B", "C", "D"])
@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize("now", FIGURES)
def test_every_sentence_on_the_relation_keeps_to_its_grade(now, higher, grade) -> None:
    relation = relation_of(FIGURES[now], grade=grade, higher=higher)
    ladder = ladder_of(FIGURES[now], FIGURES[now], order=ORDERS[-1], grade=grade, higher=higher)
    texts = [say_morale(relation), say_morale_note(relation), say_ladder(ladder)]
    texts += [say_title_ladder(ladder), *say_morale_sizes(relation, performance="resolution")]
    for text in texts:
        read(text, grade=grade, page="executive")


def test_a_refused_model_promises_nothing() -> None:
    refused = Estimates(
        pd.DataFrame(columns=list(ESTIMATE_COLUMNS)), "nothing", facts={"reason": "Too few units."}
    )
    names = ("ladder", "dimensions", "appreciation", "chain", "blocks", "kpis", "legs", "cost")
    for given in ({}, dict.fromkeys(names, refused)):
        claims = fit_tested_morale_claims(**given)
        for text in say_tested_morale_claims(claims, nouns=Nouns()):
            read(text, grade="D", page="executive")
        read(say_morale_claim(claims), grade="D", page="executive")


def test_a_figure_never_stands_without_its_range() -> None:
    for now, higher in itertools.product(FIGURES, (True, False)):
        facts = {"grade": "C", "higher": higher}
        ladder = ladder_of(FIGURES[now], FIGURES[now], order="morale first", **facts)
        claims = fit_tested_morale_claims(ladder=ladder, **others_of(FIGURES[now], **facts))
        said = say_tested_morale_claims(claims, nouns=Nouns())
        for text, (_, row) in zip(said, claims.iterrows(), strict=True):
            if row["verdict"] == "not testable with these data":
                continue
            assert f"grade {row['grade']}." in text
            for found in RANGED.finditer(text):
                before = text[: found.start()]
                inside = before.count("(") > before.count(")")
                assert inside or text[found.end() :].startswith(" (likely "), text


def test_the_reader_finds_what_it_looks_for() -> None:
    for text, grade in (
        ("Morale drives performance.", "C"),
        ("Higher morale was followed by better results.", "D"),
        ("The agency is 3rd.", "A"),
        ("This is unquestionably so.", "A"),
        ("Worse results came before lower morale.", "D"),
    ):
        with pytest.raises(AssertionError):
            read(text, grade=grade, page="appendix")


def test_the_notebooks_on_morale_say_nothing_that_is_locked(root) -> None:
    path = root / "notebooks" / "03_morale.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            assert find_forbidden(text, grade="D", page="appendix") == [], text
            assert not PROMISES.search(text), text
