"""`python -m cxanalytics` is `cxanalytics`."""

from __future__ import annotations

from cxanalytics.cli import main

if __name__ == "__main__":
    main()
