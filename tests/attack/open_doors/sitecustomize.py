"""Switch complementary suppression off in every interpreter that finds this file first.

The package has no such switch: only the attack test puts this folder on the path of the kernels.
"""

from cxanalytics.disclosure import groups, margins

groups._protectors = lambda *_: []
margins._next_cells = lambda *_: []
