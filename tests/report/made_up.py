"""A made-up set of boards and the pages made of it: to test pages, not statistics."""

from __future__ import annotations

from datetime import date

import nbformat
import numpy as np
import pandas as pd

from cxanalytics import report
from cxanalytics.benchmark import benchmark_funnel
from cxanalytics.rules import CALL_AT_LEAST, FEW, HIDDEN
from cxanalytics.tables import Benchmark, Check, Estimates, Funnel
from cxanalytics.words import Nouns

AGENCIES = (
    "Child Support Services",
    "Records and Passports",
    "Food Assistance Line",
    "Business Registration",
    "Motor Vehicle Services",
    "Housing Assistance Line",
    "Veterans Benefits Line",
    "State Tax Helpline",
    "Parks and Recreation Line",
    "Larkfield 311",
    "Small Business Loans",
    "Permits and Licensing",
    "Workers’ Compensation",
    "Emergency Aid Intake",
    "Benefits Access Line",
    "Student Aid Line",
    "Elections Information",
    "Health Coverage Exchange",
    "Public Utilities Desk",
    "Retirement Services",
    "Unemployment Insurance",
    "Courts Information Line",
    "Port Adair 311",
    "Immigration Services Line",
)
SMALL = {"Small Grants Desk": 22, "Tribal Liaison Office": 6}
YOU = "Benefits Access Line"
HOSTILE = (
    "<script>alert('x')</script> & Sons",
    '=HYPERLINK("http://x.test","y")',
    "../../etc/passwd",
    "Ministry of \u202edrow\u202c Things\u200f",
    "Long " + "name " * 59 + "!",
    "Quote \" and ' agency",
    "</style><b>bold",
    "تجربة العملاء",
)
MEASURES = (
    ("recommend", "Would recommend us", 0.64, 0.035),
    ("satisfied", "Satisfied overall", 0.66, 0.03),
    ("trust", "Trust us", 0.63, 0.03),
    ("easy", "Easy to deal with", 0.65, 0.03),
    ("wait", "Reasonable wait", 0.59, 0.04),
    ("resolved", "Resolved first time", 0.68, 0.045),
    ("helpful", "Staff were helpful", 0.75, 0.03),
)


def make_board(
    name: str,
    *,
    mean: float,
    spread: float,
    seed: int,
    agencies: tuple[str, ...] = AGENCIES,
    small: dict[str, int] | None = None,
    previous: bool = True,
    peers_enough: bool = True,
) -> Benchmark:
    """Make a board whose columns all come from one set of draws."""
    rng = np.random.default_rng(seed)
    p = len(agencies)
    n = np.round(np.exp(rng.uniform(np.log(120), np.log(1400), p)))
    score = np.clip(
        mean + spread * np.linspace(1.9, -1.9, p) + rng.normal(0, spread / 3, p), 0.1, 0.95
    )
    error = np.sqrt(score * (1 - score) / n)
    draws = score + error * rng.normal(size=(4000, p))
    theta = draws.mean(axis=0)
    others = np.stack([np.median(np.delete(draws, k, axis=1), axis=1) for k in range(p)], axis=1)
    gap = draws - others
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    above, below = (gap > 0.02).mean(axis=0), (gap < -0.02).mean(axis=0)
    same = 1 - above - below
    verdict = np.full(p, "unclear", dtype=object)
    certainty = np.full(p, np.nan)
    for word, chance in (("above", above), ("below", below), ("same", same)):
        called = chance >= CALL_AT_LEAST
        verdict[called], certainty[called] = word, chance[called]
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    frame = pd.DataFrame(
        {
            "key": agencies,
            "raw": np.clip(theta + (theta - mean) * 0.15, 0, 1),
            "raw_low": low - 0.005,
            "raw_high": high + 0.005,
            "estimate": theta,
            "conf_low": low,
            "conf_high": high,
            "peer": others.mean(axis=0),
            "peer_low_quarter": [np.quantile(np.delete(theta, k), 0.25) for k in range(p)],
            "peer_high_quarter": [np.quantile(np.delete(theta, k), 0.75) for k in range(p)],
            "gap": gap.mean(axis=0),
            "gap_low": np.quantile(gap, 0.025, axis=0),
            "gap_high": np.quantile(gap, 0.975, axis=0),
            "p_above": above,
            "p_below": below,
            "p_same": same,
            "p_top_quartile": (ranks <= p / 4).mean(axis=0),
            "rank_low": np.quantile(ranks, 0.025, axis=0, method="lower").astype(float),
            "rank_high": np.quantile(ranks, 0.975, axis=0, method="higher").astype(float),
            "verdict": verdict,
            "certainty": certainty,
            "peers": float(p - 1),
            "n": n,
            "n_eff": n / 1.2,
            "reliability": spread**2 / (spread**2 + error**2),
            "suppressed_reason": "",
        }
    )
    if previous:
        change = rng.normal(0, 0.025, p)
        frame["change"], frame["change_low"] = change, change - 0.03
        frame["change_high"] = change + 0.03
        moved = rng.normal(change[:, None], 0.015, size=(p, 4000))
        frame["p_rise"], frame["p_fall"] = (moved > 0.02).mean(1), (moved < -0.02).mean(1)
        frame["change_reason"] = ""
    if not peers_enough:
        compared = [c for c in frame if c.startswith(("peer", "gap", "p_", "rank", "certainty"))]
        frame[compared] = np.nan
        frame["verdict"] = ""
    frame = pd.concat([frame, _suppressed(frame, small or {})], ignore_index=True)
    keys = list(agencies)
    ahead = (draws[:, :, None] > draws[:, None, :]).mean(axis=0)
    chance = [[(ranks[:, k] == place).mean() for place in range(1, p + 1)] for k in range(p)]
    return Benchmark(
        frame=frame,
        quantity=name,
        level=0.95,
        difference=0.02,
        rank_probability=pd.DataFrame(chance, index=keys, columns=range(1, p + 1)),
        p_ahead=pd.DataFrame(ahead, index=keys, columns=keys),
        checks=(),
        facts={},
    )


def _suppressed(frame: pd.DataFrame, small: dict[str, int]) -> pd.DataFrame:
    rows = pd.DataFrame(np.nan, index=range(len(small)), columns=frame.columns).astype(object)
    rows["key"] = list(small)
    rows["verdict"] = ""
    rows["suppressed_reason"] = [HIDDEN if n < 10 else FEW for n in small.values()]
    rows["n"] = [np.nan if n < 10 else float(n) for n in small.values()]
    if "change_reason" in rows:
        rows["change_reason"] = ""
    return rows.astype(frame.dtypes.to_dict())


def make_boards(
    *, agencies: tuple[str, ...] = AGENCIES, small: dict[str, int] | None = None, **options: bool
) -> dict[str, Benchmark]:
    """Make a board for each measure."""
    return {
        name: make_board(
            name,
            mean=mean,
            spread=spread,
            seed=seed,
            agencies=tuple(
                agencies[k] for k in np.roll(range(len(agencies)), 0 if seed == 0 else seed * 5)
            ),
            small=SMALL if small is None else small,
            **options,
        )
        for seed, (name, _, mean, spread) in enumerate(MEASURES)
    }


def make_facts(*, kind: str = "agency", title: str = YOU, **changes: object) -> report.PageFacts:
    """Make the facts of a page."""
    values: dict[str, object] = {
        "title": title,
        "kind": kind,
        "programme": "Customer experience benchmark",
        "wave": "Wave 5",
        "dates": "July to September 2026",
        "publisher": "Government CX Benchmark",
        "contact": "Write to cx@agency.example for other formats.",
        "simulated": True,
        "nouns": Nouns(),
        "measures": tuple(
            report.Measure(
                name=name,
                label=label,
                phrase=label.lower(),
                cut_label="4 or 5 on a scale of 1 to 5",
            )
            for name, label, _, _ in MEASURES
        ),
        "response_rates": {YOU: 0.11, "": 0.14},
        "run_id": "7f3a9c1",
        "input_hash": "sha256 9b41c7a2e07d",
        "versions": {"cxanalytics": "0.1.0", "numpy": "2.4.6"},
        "parameters": {"study": "made up", "seed": 1},
        "next_update": "January 2027",
        "source": "Customer survey wave 5 (made up)",
        "data_cut": date(2026, 10, 5),
        "produced": date(2026, 10, 12),
        "previous": "Wave 4",
        "checks": (Check("rows", True, "No row is repeated."),),
        "home": "../index.html" if kind == "agency" else "",
    }
    return report.PageFacts(**{**values, **changes})


def agency_sections(
    boards: dict[str, Benchmark], facts: report.PageFacts, *, agency: str = YOU
) -> list[report.Section]:
    """Write an agency page as its notebook does."""
    writers = (
        report.write_masthead,
        report.write_scorecard,
        report.write_standing,
        report.write_sureness,
        report.write_data,
    )
    return [write(boards, facts, agency=agency) for write in writers]


def make_funnel(board: Benchmark) -> Funnel:
    """Lay the funnel of a board's unadjusted scores."""
    shown = board.shown
    frame = shown[["key", "n", "n_eff"]].assign(
        estimate=shown["raw"],
        std_error=0.01,
        conf_low=shown["raw_low"],
        conf_high=shown["raw_high"],
    )
    return benchmark_funnel(
        Estimates(frame=frame.reset_index(drop=True), quantity="", facts={"statistic": "positive"})
    )


def index_sections(boards: dict[str, Benchmark], facts: report.PageFacts) -> list[report.Section]:
    """Write the index page as its notebook does."""
    chance = report.write_index_funnel(boards, facts, funnel=make_funnel(boards["recommend"]))
    return [
        report.write_index_masthead(boards, facts),
        report.write_index_groups(boards, facts),
        chance,
        report.write_index_data(boards, facts, sections=[chance]),
    ]


def appendix_sections(
    boards: dict[str, Benchmark], facts: report.PageFacts
) -> list[report.Section]:
    """Write the appendix as its notebook does."""
    flow = pd.DataFrame(
        {
            "step": ["rows read", "rows kept"],
            "rows": [12_700, 12_592],
            "text": ["12,700 rows read.", "12,592 rows kept."],
        }
    )
    return [
        report.write_appendix_masthead(facts),
        report.write_appendix_exclusions(facts, flow=flow, checks=facts.checks),
        report.write_appendix_scores(boards, facts),
        report.write_appendix_stabilized(boards, facts),
        report.write_appendix_recommendation(make_drivers(), facts),
        report.write_appendix_morale(None, facts, reason="No staff survey was read."),
        report.write_appendix_sensitivity(boards, facts),
        report.write_appendix_session(facts),
        report.write_appendix_cite(facts),
    ]


def make_drivers() -> Estimates:
    """Make the estimates of a model of the outcome."""
    points = {"Resolved first time": 0.09, "Easy to deal with": 0.05, "Reasonable wait": 0.004}
    frame = pd.DataFrame({"key": list(points), "estimate": list(points.values())})
    frame["std_error"] = 0.006
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.012, frame["estimate"] + 0.012
    frame["n"] = 12_592.0
    checks = (Check("events", True, "At least 10 events for each parameter."),)
    return Estimates(
        frame=frame,
        quantity="Change in the share who would recommend, per step of the driver",
        checks=checks,
        facts={"clusters": 24},
    )


def notebook_of(sections: list[report.Section]) -> nbformat.NotebookNode:
    """Put sections into a notebook as outputs, between a stray table and a stray text."""
    stray = {"text/html": "<table><tr><td>STRAY</td></tr></table>", "text/plain": "STRAY"}
    bundles = [stray, *(section._repr_mimebundle_() for section in sections)]
    cells = [
        nbformat.v4.new_code_cell(
            "write()",
            outputs=[nbformat.v4.new_output("execute_result", data=bundle, execution_count=1)],
        )
        for bundle in bundles
    ]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# STRAY"), *cells])


def render(sections: list[report.Section]) -> str:
    """Convert sections to a page as the runner does."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(**report.export_options())
    return exporter.from_notebook_node(notebook_of(sections))[0]


def all_pages() -> dict[str, str]:
    """Make one page of each kind, one of them of a small and one of an ill-named agency."""
    boards = make_boards()
    addresses = {key: f"agencies/{place}.html" for place, key in enumerate(AGENCIES)}
    index = make_facts(kind="index", title="24 government contact centers", pages=addresses)
    appendix = make_facts(
        kind="appendix", home="index.html", command="cxanalytics run made_up", citation="@misc{x}"
    )
    ill_named = make_boards(agencies=HOSTILE + AGENCIES[:16])
    small, hostile = "Small Grants Desk", HOSTILE[4]
    return {
        "agency": render(agency_sections(boards, make_facts())),
        "small": render(agency_sections(boards, make_facts(title=small), agency=small)),
        "hostile": render(agency_sections(ill_named, make_facts(title=hostile), agency=hostile)),
        "index": render(index_sections(boards, index)),
        "appendix": render(appendix_sections(boards, appendix)),
    }
