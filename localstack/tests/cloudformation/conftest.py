"""Puts this folder beside the tests: `cloudtrail_stacks` is imported by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
