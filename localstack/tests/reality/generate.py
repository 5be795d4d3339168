"""Writes real_shapes.json from real CloudTrail records: python generate.py RECORDS.jsonl.gz"""

import sys
from pathlib import Path

import shapes

KEPT = Path(__file__).parent / "real_shapes.json"

if __name__ == "__main__":
    shapes.write(KEPT, shapes.corpus(Path(sys.argv[1])))
