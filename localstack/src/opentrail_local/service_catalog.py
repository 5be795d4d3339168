"""LocalStack's index of all service models, kept from one start to the next: making it takes seconds.

LocalStack keeps it below its file system root, which ends with the instance. Its name holds the versions
it was made from.
"""

import os
import tempfile
from pathlib import Path

from localstack.aws import spec

CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "localstack"


def patch() -> None:
    """Replace how the index is built: from the kept one, if it is there."""
    build = spec.build_service_index_cache

    def build_or_load(file_path: str) -> spec.ServiceCatalogIndex:
        kept = CACHE / Path(file_path).name
        if not kept.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                fresh = Path(folder) / kept.name
                build(str(fresh))
                fresh.replace(kept)  # other instances see it whole or not at all
        return spec.load_service_index_cache(str(kept))

    spec.build_service_index_cache = build_or_load
