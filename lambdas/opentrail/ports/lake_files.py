"""Where the lake's files are written."""

from collections.abc import Sequence
from typing import Protocol


class LakeFiles(Protocol):
    """Writes records into the partitions of event data stores. A file, once there, is never changed."""

    def write(
        self, *, store_id: str, name: str, lines: Sequence[bytes], possible_repeats: bool = False
    ) -> tuple[str, ...]:
        """Write records (JSON, one each) as one file per UTC day of eventTime; the days, oldest first.

        The same lines under the same name give the same files, and a file that is there already is left as it
        is: trying again is harmless. `possible_repeats` notes that these days may now hold an event twice.
        Before a file can be seen, the store's lake state covers its day. AdapterError when something failed;
        files of some of the days may be there then.
        """
        ...
