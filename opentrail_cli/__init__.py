"""The `opentrail` command: runs, stops, feeds and inspects a local deployment of a checkout."""

import sys
from pathlib import Path

_LIBRARY = str(Path(__file__).resolve().parents[1] / "lambdas")
if _LIBRARY not in sys.path:  # the command shares the library of the functions beside it
    sys.path.append(_LIBRARY)
