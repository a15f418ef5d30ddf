"""Which words go with the figures? Every sentence of a page is computed here.

Numbers come from `formats`, thresholds and certainty words from `rules`, nouns from the study.
"""

from __future__ import annotations

from cxanalytics.words.alt import (
    say_alt_coefficients,
    say_alt_funnel,
    say_alt_missing,
    say_alt_shrinkage,
    say_alt_standing,
    say_alt_within_between,
)
from cxanalytics.words.certainty import Chip, say_verdict, say_verdict_clause
from cxanalytics.words.change import Change, say_change
from cxanalytics.words.headline import say_headline, say_score_range
from cxanalytics.words.index import (
    Group,
    group_agencies,
    say_expected_wrong,
    say_funnel,
    say_index,
    say_index_answer,
)
from cxanalytics.words.lock import ForbiddenWordError, assert_sentence_allowed, find_forbidden
from cxanalytics.words.morale import say_morale, say_morale_note, say_morale_sizes
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.recommendation import (
    say_driver,
    say_ratio,
    say_recommendation,
    say_recommendation_note,
    say_unclear_drivers,
)
from cxanalytics.words.scorecard import (
    count_verdicts,
    find_extremes,
    say_extreme,
    say_gap,
    say_not_shown,
    say_scorecard,
)
from cxanalytics.words.standing import (
    count_clear,
    count_ranked,
    is_placed,
    say_rank,
    say_rank_cell,
    say_standing,
    say_standing_title,
)
from cxanalytics.words.suppressed import say_base, say_care, say_suppressed
from cxanalytics.words.sureness import (
    list_doubts,
    list_terms,
    list_words_used,
    say_method,
    say_sureness,
    say_wrong_calls,
)

__all__ = [
    "Change",
    "Chip",
    "ForbiddenWordError",
    "Group",
    "Nouns",
    "assert_sentence_allowed",
    "count_clear",
    "count_ranked",
    "count_verdicts",
    "find_extremes",
    "find_forbidden",
    "group_agencies",
    "is_placed",
    "list_doubts",
    "list_terms",
    "list_words_used",
    "say_alt_coefficients",
    "say_alt_funnel",
    "say_alt_missing",
    "say_alt_shrinkage",
    "say_alt_standing",
    "say_alt_within_between",
    "say_base",
    "say_care",
    "say_change",
    "say_driver",
    "say_expected_wrong",
    "say_extreme",
    "say_funnel",
    "say_gap",
    "say_headline",
    "say_index",
    "say_index_answer",
    "say_method",
    "say_morale",
    "say_morale_note",
    "say_morale_sizes",
    "say_not_shown",
    "say_rank",
    "say_rank_cell",
    "say_ratio",
    "say_recommendation",
    "say_recommendation_note",
    "say_score_range",
    "say_scorecard",
    "say_standing",
    "say_standing_title",
    "say_suppressed",
    "say_sureness",
    "say_unclear_drivers",
    "say_verdict",
    "say_verdict_clause",
    "say_wrong_calls",
]
