"""The bill is computed of a run in which everything arrives."""

import pytest

from bench import cost


def test_a_run_is_billed_part_by_part(capsys: pytest.CaptureFixture[str]) -> None:
    cost.run((cost.Load("few", events=60, events_a_message=20, messages_a_batch=3),))
    cells = [line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    rows = {line[0].strip(): line[1] for line in cells if len(line) == 2}
    for part in ("DynamoDB: event history", "DynamoDB: ledger", "S3: requests", "SQS", "Lambda", "together"):
        assert float(rows[part].replace(",", "")) > 0
