"""Every sentence of the audit is short, allowed, and agrees with the tables it reads."""

import importlib.util
import re
from pathlib import Path

import pandas as pd
import pytest

from cxanalytics import charts, words
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    find_lead,
    list_concerns,
    say_audit,
    say_audit_read,
    say_audit_response,
    say_audit_small,
    say_straight_lining,
)

SENTENCE_WORDS, HEADLINE_WORDS, ALT_WORDS, TITLE_WORDS = 22, 28, 60, 15
PLAIN = ("read", "missing", "scales", "response", "weights", "repeats", "fit", "claims")
NAMED = ("who", "small", "changes", "published")
BAD_GRAMMAR = (
    r"\b(one|1) (agencies|answers|questions|claims|names|rows|units|waves|things)\b",
    r"\b(two|three|four|[2-9]|\d\d) (agency|answer|question|claim|name|row|unit|wave|thing)\b",
    r"\bzero\b|nan|  |\.\.|,\.|\( |\bNone\b(?! of)",
)


@pytest.fixture(scope="session")
def audits():
    path = Path(__file__).parents[1] / "report" / "made_up_audit.py"
    spec = importlib.util.spec_from_file_location("made_up_audit", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_audits()


def check(text, *, longest=SENTENCE_WORDS):
    assert text == text.strip()
    assert_sentence_allowed(text)
    for pattern in BAD_GRAMMAR:
        assert not re.search(pattern, text), (pattern, text)
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        assert len(sentence.split()) <= longest, sentence


def test_every_answer_reads_well(audits, nouns):
    for audit in audits.values():
        check(say_audit(audit, nouns=nouns), longest=HEADLINE_WORDS)
        for name in PLAIN:
            check(getattr(words, f"say_audit_{name}")(audit))
        for name in NAMED:
            check(getattr(words, f"say_audit_{name}")(audit, nouns=nouns))
        for prefix in ("", "staff_"):
            for text in say_straight_lining(audit, prefix=prefix):
                check(text)


def test_concerns_name_a_section_and_read_well(audits, nouns):
    for audit in audits.values():
        for concern in list_concerns(audit, nouns=nouns):
            assert concern.section in (*PLAIN, *NAMED)
            assert len(concern.title.split()) <= TITLE_WORDS
            assert_sentence_allowed(f"{concern.title}. {concern.text}")
            assert "`" not in concern.text


def test_titles_and_alt_texts_are_short_and_their_numbers_stand_in_the_table(audits, nouns):
    audit = audits["everything"]
    cases = [
        ("rows", charts.row_flow_table(audit["rows"]), {}),
        ("who", charts.who_answered_table(audit["agencies"]), {"nouns": nouns}),
        ("missing", charts.missing_reasons_table(audit["missing"]), {}),
        ("scales", charts.scale_use_table(audit["scale_use"]), {}),
        ("response", charts.response_funnel_table(audit["response"]), {}),
        ("bound", charts.response_bound_table(audit["bound"]), {}),
        ("small", charts.small_units_table(audit["small"]), {"nouns": nouns}),
        ("coverage", charts.coverage_table(audit["coverage"]), {}),
        ("claims", charts.claims_table(audit["claims"]), {}),
        ("ingredients", charts.ingredients_table(audit["ingredients"]), {}),
    ]
    alts = {
        "missing": "missing_reasons",
        "scales": "scale_use",
        "response": "response_funnel",
        "bound": "response_bound",
    }
    for name, table, more in cases:
        title = getattr(words, f"say_title_{name}")(table, **more)
        assert_sentence_allowed(title)
        assert len(title.split()) <= TITLE_WORDS, title
        say = getattr(words, f"say_alt_{alts.get(name, name)}")
        needs = {"nouns": nouns} if name in ("who", "bound") else {}
        alt = say(table, **needs)
        assert_sentence_allowed(alt)
        assert len(alt.split()) <= ALT_WORDS, alt
        known = _numbers(table)
        told = {number.rstrip(",") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", alt)}
        assert told <= known, (name, told - known)


def _numbers(table):
    known = {str(len(table)), *re.findall(r"\d+", " ".join(map(str, table.columns)))}
    for value in table.to_numpy().ravel():
        if isinstance(value, str):
            known |= set(re.findall(r"\d[\d,]*", value))
        elif pd.notna(value):
            number = float(value)
            known |= {f"{number:,.0f}", f"{100 * number + 1e-9:.0f}", f"{100 * number:.1f}"}
    known |= {f"{table[column].nunique()}" for column in table.columns}
    for column in table.select_dtypes("number"):
        known.add(f"{table[column].sum():,.0f}")
    return known


def test_the_survey_of_the_page_is_the_customers_where_there_are_any(audits):
    leads = {kind: find_lead(audit) for kind, audit in audits.items()}
    assert leads["everything"] == leads["counts"] == ""
    assert leads["staff"] == "staff_"
    assert leads["published"] is leads["panel"] is None


def test_rows_are_told_as_far_as_they_are_known(audits):
    def rows(**steps):
        names = {"read": "rows read", "out": "rows without answer", "kept": "rows kept"}
        table = pd.DataFrame(
            [(names[name], number, "") for name, number in steps.items()],
            columns=["step", "rows", "text"],
        )
        return say_audit_read({**audits["survey"], "rows": table})

    assert rows(read=100, kept=100) == "All 100 rows are kept."
    assert rows(kept=80) == "80 rows are held; how many were read is not recorded."
    told = rows(read=100, out=20, kept=80)
    assert told == "80 of 100 rows are kept. 20 (20.0%) are left out, for a reason given below."


def test_a_page_that_cannot_be_trusted_says_so(audits):
    audit = audits["survey"]
    weights = audit["weights"].copy()
    weights.loc[weights["fact"] == "deff", "value"] = 3.4
    text = say_audit({**audit, "weights": weights}, nouns=Nouns())
    assert text.endswith("They cannot be compared yet: weighting costs more than is accepted.")
    small = audit["small"].assign(below=audit["small"]["units"])
    text = say_audit({**audit, "small": small}, nouns=Nouns())
    assert text.endswith("no group has enough answers.")


def test_nothing_to_look_at_is_said_too(audits):
    assert say_audit(audits["one_agency"], nouns=Nouns()).endswith("can be used as they are.")


def test_a_response_that_is_not_known_is_not_invented(audits):
    assert say_audit_response(audits["survey"]).startswith("Not known")
    assert "13% of those asked" in say_audit_response(audits["everything"])


def test_sizes_count_the_units_of_the_last_wave(audits):
    small = audits["everything"]["small"]
    last = small.loc[(small["period"] == "2026-Q3") & (small["threshold"] == "rank")]
    below = dict(zip(last["level"], last["below"], strict=True))
    said = say_audit_small(audits["everything"], nouns=Nouns())
    assert said.startswith("Two of 11 agencies, and")
    assert below["agency"] == 2
    assert f"{below['unit']} of 44 units" in said
