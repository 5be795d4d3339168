"""The drivers of recorded calls are modules beside the tests, here and in the recorder's folder."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "recorder")]
