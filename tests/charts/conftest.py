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
