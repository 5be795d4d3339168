"""Function processes are killed in the middle of their work: nothing is lost, nothing shows twice."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests import records
from tests.localstack.support import Cloud, eventually, kill, last_days

RECORDS = 4_000
KILLING = 12.0  # seconds
PAUSE = 0.15


def _management(account: str) -> list[dict[str, Any]]:
    start = last_days(1)["StartTime"]
    made = records.generate(
        11, RECORDS, accounts=(account,), start=start, categories=frozenset({records.MANAGEMENT}), odd=0
    )
    return [record for record in made if record["awsRegion"] == "us-east-1"]


def test_records_survive_the_death_of_every_process_that_handles_them(
    cloud: Cloud, account: str, tmp_path: Any
) -> None:
    from opentrail_cli import sending, status

    trails = cloud.client("cloudtrail", account)
    store = trails.create_event_data_store(Name="everything", TerminationProtectionEnabled=False)
    bucket = cloud.trail(account)
    sent = _management(account)
    wanted = {record["eventID"] for record in sent}
    functions = [cloud.outputs[f"{name}Function"] for name in ("Recorder", "LogFileWriter", "LakeWriter")]

    def murder() -> int:
        killed, deadline = 0, time.monotonic() + KILLING
        while time.monotonic() < deadline:
            for function in functions:
                for process in cloud.function_processes(function):
                    kill(process)
                    killed += 1
            time.sleep(PAUSE)
        return killed

    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(murder)
        for _ in sending.send(cloud.instance, records.lines(sent), rate=400):
            pass
        killed = killer.result()
    assert killed >= 6, f"only {killed} processes were there to be killed"

    def in_files() -> Counter[str]:
        held = [r for file in cloud.log_files(account, bucket).values() for r in file]
        return Counter(r["eventID"] for r in held if r["eventID"] in wanted)

    files = eventually(lambda: c if set(c := in_files()) == wanted else None, within=150, pause=2)
    assert max(files.values()) == 1

    history = Counter(e["EventId"] for e in cloud.events(account, **last_days()) if e["EventId"] in wanted)
    assert set(history) == wanted
    assert max(history.values()) == 1

    store_id = store["EventDataStoreArn"].rpartition("/")[2]
    statement = f"SELECT eventID FROM {store_id} WHERE requestID IS NOT NULL"

    def in_lake() -> Counter[str]:
        found = (row[0]["eventID"] for row in cloud.rows(account, statement))
        return Counter(event_id for event_id in found if event_id in wanted)

    lake = eventually(lambda: c if set(c := in_lake()) == wanted else None, within=150, pause=3)
    assert max(lake.values()) == 1

    def sums() -> dict[str, Any] | None:
        totals = status.totals_of(cloud.instance, cloud.outputs)
        mine = {name: s for name, s in totals.destinations.items() if f"/{account}/" in name}
        return mine if mine and all(s.agrees and not s.pending for s in mine.values()) else None

    for name, sum_ in eventually(sums, within=60, pause=1).items():
        assert sum_.matched == sum_.delivered >= len(wanted), (name, sum_)
        assert sum_.dead_lettered == sum_.discarded == 0
    print(
        json.dumps({"records": len(sent), "killed": killed, "files": len(cloud.log_files(account, bucket))})
    )
