"""A request and an answer of HTTP as plain values, wherever they come from and go to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request. Names of headers are lower-case; `query` follows the question mark, still encoded."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    request_id: str
    source_ip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
