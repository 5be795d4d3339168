"""Figures of the pipeline: `python -m bench`. Nothing of it is deployed.

Everything runs in this process, on AWS in process (moto) under the real adapters; requests are counted where
botocore sends them. What it prints are this machine's figures and list prices, not a promise.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "lambdas"), str(ROOT)]
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
