"""The stacks of one stage, in the order in which they build on each other."""

from constructs import Construct

from stacks.alarms import Alarms
from stacks.api import Api, Behind
from stacks.delivery import Delivery
from stacks.lake import Lake
from stacks.recording import Recording
from stacks.settings import StageSettings
from stacks.storage import Storage


def build(scope: Construct, stage: StageSettings) -> None:
    """Storage, then what reads from it; no stack knows one that comes later."""

    def name(part: str) -> str:
        return f"OpenTrail-{stage.name}-{part}"

    storage = Storage(scope, name("Storage"), stage)
    lake = Lake(scope, name("Lake"), stage, storage)
    delivery = Delivery(scope, name("Delivery"), stage, storage)
    recording = Recording(scope, name("Recording"), stage, storage)
    api = Api(scope, name("Api"), stage, Behind(storage=storage, lake=lake, delivery=delivery))
    if stage.on_aws:
        functions = {
            "Recorder": recording.recorder,
            "Clock": recording.clock,
            "HistoryIndexer": recording.indexer,
            "DeadLetterKeeper": recording.keeper,
            "LogFileWriter": delivery.writer,
            "OutputSender": delivery.sender,
            "Digester": delivery.digester,
            "LakeWriter": lake.writer,
            "Api": api.handler,
        }
        Alarms(scope, name("Alarms"), storage=storage, functions=functions)
