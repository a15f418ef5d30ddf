"""What counts as positive, as top and in a net score, where nothing else is said?

Positive is every answer at least two thirds of the way from the worst to the best, top is the best
answer, and an answer below the middle subtracts in a net score.
"""

from __future__ import annotations

POSITIVE_FROM = 2 / 3
"""How far from the worst to the best an answer counts as positive."""

POSITIVE_PERCENT = 75.0
"""Smallest positive answer from 0 to 100: three quarters of the way, as 4 of 1 to 5 is."""


def by_rule(answers: tuple[float, ...]) -> dict[str, tuple[float, ...]]:
    """Give positive, top, promoters and detractors by the common rule."""
    worst, best = answers[0], answers[-1]
    far = worst + (best - worst) * POSITIVE_FROM - 1e-9
    return {
        "positive": tuple(answer for answer in answers if answer >= far),
        "top": (best,),
        "promoters": (best,),
        "detractors": tuple(answer for answer in answers if answer < (worst + best) / 2),
    }


def run(first: int, last: int, step: int = 1) -> tuple[float, ...]:
    """List the answers from one number to another."""
    return tuple(float(answer) for answer in range(first, last + 1, step))


def net_box(promoters: tuple[float, ...], detractors: tuple[float, ...]) -> str:
    """Name a net score that is not the NPS."""
    return f"net box ({_from_to(promoters)} less {_from_to(detractors)})"


def _from_to(answers: tuple[float, ...]) -> str:
    first, last = answers[0], answers[-1]
    return f"{first:g}" if first == last else f"{first:g} to {last:g}"
