"""Boards, funnels and panels as the other rooms make them, from made-up scores."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from cxanalytics.benchmark import benchmark_funnel, benchmark_scores
from cxanalytics.tables import Estimates, Panel

HOSTILE = (
    "<script>alert('x')</script> & $\\frac{1}{2}$ Sons",
    "$unclosed_math",
    "Ministry of \u202edrow\u202c Things\u200f\n\t\x00",
    "Long " + "name " * 60,
    "Long " + "name " * 59 + "again ",
    "تجربة العملاء",
    "部門",
    "\\LaTeX^{}",
    "",
)


def made_scores(names, *, n=None, spread=0.04, seed=1):
    draw = np.random.default_rng(seed)
    p = len(names)
    answers = draw.integers(120, 2000, p).astype(float) if n is None else np.asarray(n, float)
    score = np.clip(0.65 + spread * draw.standard_normal(p), 0.02, 0.98)
    error = np.sqrt(score * (1 - score) / answers)
    frame = pd.DataFrame(
        {
            "key": list(names),
            "estimate": score,
            "std_error": error,
            "conf_low": score - 1.96 * error,
            "conf_high": score + 1.96 * error,
            "n": answers,
            "n_eff": answers,
        }
    )
    return Estimates(frame=frame, quantity="share", facts={"statistic": "positive"})


def made_board(names, **facts):
    return benchmark_scores(made_scores(names, **facts), draws=2000, seed=3)


NAMES = tuple(f"Agency of Public Affairs {i:02d}" for i in range(24))


@pytest.fixture(scope="session")
def make_board():
    return made_board


@pytest.fixture(scope="session")
def board():
    return made_board(NAMES)


@pytest.fixture(scope="session")
def small_board():
    """Two agencies that may not be shown."""
    return made_board(NAMES, n=[9, 22, *[400] * 22])


@pytest.fixture(scope="session")
def hostile_board():
    return made_board([*HOSTILE, *NAMES[:9]])


@pytest.fixture(scope="session")
def funnel():
    return benchmark_funnel(made_scores(NAMES, spread=0.12))


@pytest.fixture(scope="session")
def drivers():
    frame = pd.DataFrame({"key": list("abcd"), "estimate": [0.02, 0.09, -0.04, 0.01]})
    frame["std_error"], frame["n"] = 0.01, 900
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.02, frame["estimate"] + 0.02
    return Estimates(frame=frame, quantity="Change in the share, per step")


@pytest.fixture(scope="session")
def cut_effects():
    """Three drivers at ten cuts, one with a name that breaks careless code."""
    sizes = {"easy": 0.06, "helpful": 0.1, "wait": -0.01}
    labels = {"easy": "Easy to deal with", "helpful": HOSTILE[3], "wait": HOSTILE[0]}
    rows = [
        (f"{driver}@{cut}", driver, labels[driver], float(cut), f"{cut} or more", cut == 9, size)
        for driver, size in sizes.items()
        for cut in range(1, 11)
    ]
    columns = ["key", "driver", "label", "cut", "cut_label", "published", "size"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["estimate"] = frame["size"] * frame["cut"] / 9
    frame["ordinal"] = np.where(frame["driver"] == "helpful", 0.8, 1.0) * frame["estimate"]
    frame["gap"] = frame["estimate"] - frame["ordinal"]
    frame["std_error"], frame["n"] = 0.01, 4000
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.02, frame["estimate"] + 0.02
    return Estimates(frame=frame.drop(columns="size"), quantity="Change in the share, per step")


@pytest.fixture(scope="session")
def case_mix():
    """Scores as answered and adjusted; one could not be adjusted, one is only compared with."""
    frame = made_scores([*NAMES[:12], *HOSTILE]).frame
    frame = frame.assign(raw=frame["estimate"], reason="", suppressed_reason="", p_adjusted=0.2)
    frame["difference"] = np.linspace(-0.02, 0.03, len(frame))
    for column in ("estimate", "conf_low", "conf_high"):
        frame[column] += frame["difference"]
    frame.loc[3, ["estimate", "conf_low", "conf_high", "difference"]] = np.nan
    frame.loc[3, "reason"] = "unlike"
    facts = {"overall": 0.64, "case_mix": "age_band, need", "only_peers": NAMES[5]}
    return Estimates(frame=frame, quantity="Share, adjusted for case mix", facts=facts)


@pytest.fixture(scope="session")
def mix_rate():
    """Changes split by two columns; the second one moves more."""
    names = [*NAMES[:10], *HOSTILE[:8]]
    change = np.linspace(0.08, -0.09, len(names))
    parts = []
    for column, size in (("channel", 0.002), ("age_band", 0.012)):
        frame = pd.DataFrame({"agency": names, "column": column, "change": change})
        frame["key"] = frame["agency"] + "@" + column
        frame["estimate"] = np.where(np.arange(len(names)) % 2, size, -size)
        frame["rate"] = frame["change"] - frame["estimate"]
        parts.append(frame)
    frame = pd.concat(parts, ignore_index=True).assign(std_error=0.004, n=500.0, p_adjusted=0.4)
    for value, low, high in (
        ("estimate", "conf_low", "conf_high"),
        ("rate", "rate_low", "rate_high"),
    ):
        frame[low], frame[high] = frame[value] - 0.02, frame[value] + 0.02
    frame.loc[2, ["estimate", "rate"]] = np.nan
    return Estimates(frame=frame, quantity="Part of the change that goes with who answered")


@pytest.fixture(scope="session")
def panel():
    draw = np.random.default_rng(5)
    unit = np.repeat(np.arange(30), 4)
    mean = draw.normal(0.6, 0.08, 30)[unit]
    morale = mean + draw.normal(0, 0.03, 120)
    frame = pd.DataFrame(
        {
            "agency": unit // 5,
            "unit": unit,
            "period": np.tile(["1", "2", "3", "4"], 30),
            "morale": morale,
            "performance": 0.5 + 0.5 * mean + 0.2 * (morale - mean),
            "n": np.where(unit == 7, 9, 25),
        }
    )
    return Panel.from_frame(
        frame,
        agency="agency",
        unit="unit",
        period="period",
        morale="morale",
        performance="performance",
        n="n",
        morale_label="Morale index",
        performance_label="Resolved on the first contact",
    )


@pytest.fixture(scope="session")
def slopes():
    frame = pd.DataFrame({"key": ["within", "between", "difference"], "estimate": [0.2, 0.5, 0.3]})
    frame["std_error"], frame["n"] = 0.05, 116
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.1, frame["estimate"] + 0.1
    facts = {"group": "unit", "standardized": False}
    return Estimates(frame=frame, quantity="change", facts=facts)


def made_teams(names, *, hidden=0):
    draw = np.random.default_rng(7)
    frame = pd.DataFrame({"agency": "A", "unit": names})
    frame["morale"] = draw.uniform(0.4, 0.8, len(names))
    frame["performance"] = 0.4 + 0.3 * frame["morale"] + draw.normal(0, 0.02, len(names))
    frame["n"], frame["waves"], frame["suppressed_reason"] = 40.0, 3, ""
    frame.loc[: hidden - 1, "suppressed_reason"] = "hidden"
    frame.loc[: hidden - 1, ["morale", "performance", "n"]] = np.nan
    return frame


@pytest.fixture(scope="session")
def teams(slopes):
    labels = {"morale_label": "Morale index", "performance_label": HOSTILE[0]}
    return made_teams(list(HOSTILE), hidden=1), slopes, {"agency": "A", **labels}


@pytest.fixture(scope="session")
def many_teams(slopes):
    return made_teams([f"Team of many words {k}" for k in range(40)]), slopes


@pytest.fixture(scope="session")
def staff_items():
    rows = [
        (agency, f"i{k}", HOSTILE[k], f"202{wave}-Q1", 0.4 + 0.05 * k + 0.02 * wave, verdict)
        for k, verdict in enumerate(("above", "below", "unclear", "same", "unclear"))
        for wave in range(4)
        for agency in ("A", "B")
    ]
    columns = ["agency", "item", "label", "period", "estimate", "verdict"]
    frame = pd.DataFrame(rows, columns=columns)
    gap = frame["verdict"].map({"above": 0.1, "below": -0.1}).fillna(0.0)
    frame["peer"] = frame["estimate"] - gap
    frame.loc[frame["period"] == "2021-Q1", ["estimate", "peer"]] = np.nan
    return frame


@pytest.fixture(scope="session")
def models():
    keys = ["pooled", "between", "within", "morale_before", "lead", "split_sample", "order"]
    frame = pd.DataFrame({"key": keys})
    frame["label"] = [HOSTILE[0], *keys[1:-1], "Morale, then performance"]
    frame["estimate"] = [0.05, 0.06, -0.01, 0.03, np.nan, np.nan, 0.12]
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.04, frame["estimate"] + 0.04
    frame["std_error"], frame["n"], frame["p_adjusted"] = 0.02, 600.0, [0.2, *[0.001] * 6]
    frame["standardized"] = frame["key"] == "order"
    frame["reason"] = np.where(frame["estimate"].isna(), "fewer than three waves", "")
    return Estimates(frame=frame, quantity="Change in performance")


@pytest.fixture(scope="session")
def missing():
    frame = pd.DataFrame({"question": list("abc"), "label": ["Wait", "Ease", "Trust"], "n": 400.0})
    frame["missing"] = [20.0, 120.0, 0.0]
    frame["share"] = frame["missing"] / frame["n"]
    return frame


@pytest.fixture(scope="session")
def label_boxes():
    """Measure every text of a figure as drawn: text, box in px, font size in px."""

    def measure(figure):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        found = []
        for text in figure.findobj(Text):
            if text.get_visible() and text.get_text():
                box = text.get_window_extent(canvas.get_renderer())
                found.append((text.get_text(), box, text.get_fontsize() / 0.75))
        return found

    return measure


@pytest.fixture(scope="session")
def row_steps():
    steps = [("rows read", 1000), ("rows empty", 100), ("rows repeated", 200), ("rows kept", 700)]
    frame = pd.DataFrame(steps, columns=["step", "rows"])
    return frame.assign(text=[f"{rows} rows" for rows in frame["rows"]])


@pytest.fixture(scope="session")
def missing_told():
    rows = [
        ("easy", "Easy", 1000.0, 50.0, "yes", np.nan, np.nan, np.nan, np.nan, np.nan, "hidden"),
        ("wait", HOSTILE[0], 900.0, 207.0, "yes", 90.0, 20.0, 97.0, 100.0, 0.0, ""),
        ("trust", "Trust", 1000.0, 0.0, "yes", 0.0, 0.0, 0.0, 0.0, 0.0, ""),
    ]
    columns = ["question", "label", "n", "missing", "told", "dont_know", "refused", "no_answer"]
    columns += ["not_applicable", "not_asked", "suppressed_reason"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(share=frame["missing"] / frame["n"])


@pytest.fixture(scope="session")
def small_counts():
    rows = [
        (level, wave, name, limit, units, below)
        for level, units, counts in (("agency", 26, (1, 3, 6)), ("unit", 170, (0, 20, 140)))
        for wave in ("1", "2")
        for name, limit, below in zip(
            ("hide", "rank", "caution"), (10, 30, 100), counts, strict=True
        )
    ]
    return pd.DataFrame(
        rows, columns=["level", "period", "threshold", "at_least", "units", "below"]
    )


@pytest.fixture(scope="session")
def answers_by_wave():
    sizes = {"Zoo": np.nan, "Small": 22.0, "Large": 1200.0, "Aid": np.nan, "Middle": 60.0}
    reasons = {"Zoo": "hidden", "Aid": "complementary"}
    rows = [
        (agency, wave, n, n, reasons.get(agency, ""))
        for agency, n in sizes.items()
        for wave in ("2026-Q1", "2026-Q2")
    ]
    return pd.DataFrame(rows, columns=["agency", "period", "n", "n_eff", "suppressed_reason"])


@pytest.fixture(scope="session")
def many_answers():
    draw = np.random.default_rng(8)
    rows = [
        (agency, f"202{k // 4}-Q{k % 4 + 1}", float(draw.integers(12, 3000)))
        for agency in (*HOSTILE, *NAMES[:9])
        for k in range(9)
    ]
    frame = pd.DataFrame(rows, columns=["agency", "period", "n"])
    return frame.assign(n_eff=0.8 * frame["n"], suppressed_reason="")


@pytest.fixture(scope="session")
def scale_counts():
    shares = {"a": (0.1, 0.1, 0.2, 0.4, 0.2), "b": (np.nan, 0.1, 0.2, 0.2, 0.5)}
    labels = {"a": "Easy to deal with", "b": HOSTILE[3]}
    rows = [
        (name, labels[name], float(k), f"Answer {k}", share)
        for name, values in shares.items()
        for k, share in enumerate(values, start=1)
    ]
    frame = pd.DataFrame(rows, columns=["question", "label", "answer", "answer_label", "share"])
    reason = frame["share"].isna().map({True: "hidden", False: ""})
    return frame.assign(n=1000 * frame["share"], suppressed_reason=reason)


@pytest.fixture(scope="session")
def bound_rows():
    rows = [
        ("A", "1", 0.6, 0.3, 0.53, 0.67, ""),
        ("B", "1", 0.5, 0.12, 0.412, 0.588, ""),
        ("C", "1", np.nan, np.nan, np.nan, np.nan, "hidden"),
        ("A", "0", 0.9, 0.9, 0.89, 0.91, ""),
    ]
    columns = ["agency", "period", "score", "rate", "low", "high", "suppressed_reason"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="session")
def response_rows():
    frame = pd.DataFrame({"agency": ["A", "B"], "customers": [9000.0, 4000.0]})
    frame["asked"], frame["answered"] = frame["customers"] / 3, frame["customers"] / 20
    return frame.assign(period="1", suppressed_reason="")


@pytest.fixture(scope="session")
def coverage_rows():
    rows = [("staff survey", "a", 3, 3), ("staff survey", "b", 3, 1), ("staff survey", "c", 3, 0)]
    rows += [("operations", "a", 3, 3), ("operations", "b", 1, 1)]
    return pd.DataFrame(rows, columns=["source", "name", "rows", "joined"])


@pytest.fixture(scope="session")
def claim_rows():
    states = ["could be tested", "not testable with these data", "not testable"]
    return pd.DataFrame(
        {
            "number": [1, 2, 3, 4, 5],
            "claim": "A claim",
            "topic": ["Morale and culture"] * 3 + ["Benchmarking"] * 2,
            "status": [states[0], states[1], states[2], states[1], states[1]],
        }
    )


@pytest.fixture(scope="session")
def ingredient_rows():
    rows = [
        ("channel", "no", 4, 1),
        ("outcome answers", "yes", 19, 0),
        ("dates", "no", 3, 2),
        ("costs", "no", 1, 1),
    ]
    columns = ["ingredient", "held", "needed_by", "alone_missing"]
    return pd.DataFrame(rows, columns=columns).assign(source="any", supply="something")


def made_drivers(names, shares, gaps, verdicts, *, half=0.05, reach=0.028):
    """Give shares of drivers and where an agency stands on them."""
    frame = pd.DataFrame({"key": [f"d{i}" for i in range(len(names))], "estimate": shares})
    frame["std_error"], frame["n"], frame["label"] = half / 2, 9000.0, names
    frame["conf_low"] = np.maximum(frame["estimate"] - half, 0.0)
    frame["conf_high"] = frame["estimate"] + half
    facts = {"equal_share": 1 / len(names)}
    gap = np.asarray(gaps, dtype=float)
    ends = {"gap": gap, "gap_low": gap - reach, "gap_high": gap + reach}
    positions = pd.DataFrame({"key": frame["key"], **ends, "verdict": verdicts})
    return Estimates(frame=frame, quantity="share", facts=facts), positions


@pytest.fixture(scope="session")
def make_placed():
    return made_drivers


@pytest.fixture(scope="session")
def placed_drivers():
    names = ["Resolved first time", "Easy to deal with", "Told what happens next"]
    names += ["Staff were helpful", "Reasonable wait", "Offered my channel"]
    gaps = [-0.07, -0.03, -0.021, 0.055, 0.01, 0.032]
    verdicts = ["below", "below", "unclear", "above", "same", "above"]
    return made_drivers(names, [0.34, 0.22, 0.17, 0.14, 0.09, 0.04], gaps, verdicts)


@pytest.fixture(scope="session")
def many_drivers():
    draw = np.random.default_rng(2)
    names = [name or "Nothing" for name in (*HOSTILE, *NAMES[:4])]
    shares = draw.dirichlet(np.full(13, 6.0))
    return made_drivers(names, shares, draw.normal(0, 0.02, 13), ["unclear"] * 13, half=0.03)


@pytest.fixture(scope="session")
def answers_given():
    words = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree")
    words = (*words, "Strongly agree")
    sides = ("negative", "negative", "neutral", "positive", "positive")
    labels = {"easy": "Easy to deal with", "wait": HOSTILE[0], "told": HOSTILE[3]}
    labels["rtl"] = HOSTILE[5]
    draw = np.random.default_rng(4)
    rows = [
        (name, label, float(place + 1), words[place], sides[place], share)
        for name, label in labels.items()
        for place, share in enumerate(draw.dirichlet((1.0, 2.0, 2.0, 6.0, 4.0)))
    ]
    rows += [
        ("nps", "Would recommend us", answer, words, side, share)
        for answer, words, side, share in (
            (0.0, "0 to 6", "negative", 0.2),
            (7.0, "7 or 8", "neutral", 0.3),
            (9.0, "9 or 10", "positive", 0.5),
        )
    ]
    frame = pd.DataFrame(
        rows, columns=["question", "question_label", "answer", "label", "side", "share"]
    )
    frame = frame.assign(agency="A", n=120.0, suppressed_reason="")
    totals = {"easy": 0.61, "wait": 0.55, "told": 0.7, "rtl": 0.66, "nps": 0.52, "hidden": 0.5}
    return frame, totals


@pytest.fixture(scope="session")
def attention_grid():
    """Every definition of two questions, one of them with a hostile name."""
    draw = np.random.default_rng(4)
    choices = [
        (measure, cut, compare, adjustment, weighting)
        for measure in ("recommend", "trust")
        for cut in ("positive", "top")
        for compare in ("declared", "halves", "quarters", "line")
        for adjustment in ("case mix", "none")
        for weighting in ("weighted", "unweighted")
    ]
    names = ["measure", "cut", "compare", "adjustment", "weighting"]
    frame = pd.DataFrame(choices, columns=names)
    frame["key"] = [", ".join(choice) for choice in choices]
    frame["label"] = frame["measure"].map({"recommend": "Would recommend us", "trust": HOSTILE[0]})
    frame["estimate"] = draw.normal(0.05, 0.05, len(frame))
    frame["std_error"], frame["n"] = 0.02, 9000.0
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.04, frame["estimate"] + 0.04
    frame["ratio"] = 1 + 2 * frame["estimate"]
    frame["ratio_low"], frame["ratio_high"] = frame["ratio"] - 0.08, frame["ratio"] + 0.09
    frame["primary"] = frame["key"] == "recommend, positive, declared, case mix, weighted"
    frame["verdict"] = "too imprecise to tell"
    return Estimates(frame=frame, quantity="Difference in the share")


@pytest.fixture
def dimensions():
    """Six dimensions, hostile names among them: apart, alike, not settled, alone, and an index."""
    names = ["morale", "ownership of culture", "communication", *HOSTILE[:2], "alone", "index"]
    frame = pd.DataFrame({"key": names, "label": names, "estimate": 0.8, "std_error": 0.01})
    frame["conf_low"], frame["conf_high"], frame["n"] = 0.78, 0.82, 4000
    frame["nearest"] = ["communication", "communication", names[1], names[4], names[3], "", ""]
    frame["nearest_r"] = [0.75, 0.96, 0.96, 0.90, 1.05, np.nan, np.nan]
    frame["nearest_low"], frame["nearest_high"] = (
        frame["nearest_r"] - 0.02,
        frame["nearest_r"] + 0.02,
    )
    frame["distinct"] = pd.Series([True, False, False, None, None, None, None], dtype=object)
    frame["is_index"] = [False] * 6 + [True]
    return Estimates(frame=frame, quantity="alpha", facts={"cut": 0.90})
