"""The lines that Lambda itself writes around what a function prints, as text or as JSON."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any


@dataclass(frozen=True, slots=True)
class PlatformLogs:
    """The frame of one invocation's log."""

    request_id: str
    version: str
    memory_size: int  # megabytes the function may have
    as_json: bool

    def whole(
        self, printed: str, milliseconds: float, init_seconds: float | None, memory: int, failed: bool
    ) -> str:
        """Everything that goes to the log group for one invocation."""
        if printed and not printed.endswith("\n"):
            printed += "\n"
        metrics: dict[str, Any] = {
            "durationMs": round(milliseconds, 3),
            "billedDurationMs": ceil(milliseconds),
            "memorySizeMB": self.memory_size,
            "maxMemoryUsedMB": memory,
        }
        if init_seconds is not None:
            metrics["initDurationMs"] = round(init_seconds * 1000, 3)
        if self.as_json:
            status = "error" if failed else "success"
            start = self._line("platform.start", version=self.version)
            return start + printed + self._line("platform.report", metrics=metrics, status=status)
        init = f"\tInit Duration: {init_seconds * 1000:.2f} ms" if init_seconds is not None else ""
        return (
            f"START RequestId: {self.request_id} Version: {self.version}\n{printed}"
            f"END RequestId: {self.request_id}\n"
            f"REPORT RequestId: {self.request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {ceil(milliseconds)} ms\tMemory Size: {self.memory_size} MB\t"
            f"Max Memory Used: {memory} MB{init}\t\n"
        )

    def _line(self, kind: str, **record: Any) -> str:
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return (
            json.dumps({"time": time, "type": kind, "record": {"requestId": self.request_id, **record}})
            + "\n"
        )


def of(function_version: Any, request_id: str) -> PlatformLogs:
    """The frame for an invocation of LocalStack's FunctionVersion."""
    config = function_version.config
    return PlatformLogs(
        request_id=request_id,
        version=function_version.id.qualifier,
        memory_size=config.memory_size,
        as_json=(config.logging_config or {}).get("LogFormat") == "JSON",
    )
