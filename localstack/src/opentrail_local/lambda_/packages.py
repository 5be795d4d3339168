"""Packages and layers on disk, unpacked once per content and shared by every instance of the checkout.

Unpacking 170 MB of layers at each start would be most of the time of a deployment.
"""

import base64
import shutil
import tempfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from opentrail_local.instance import FUNCTION_CACHE

KEPT_SECONDS = 7 * 86400  # a package that no function used for a week is removed

_lock = Lock()


def unpacked(code: Any) -> Path:
    """The folder with a function's or layer's files; `code` is LocalStack's ArchiveCode."""
    if code.is_hot_reloading():
        return Path(code.get_unzipped_code_location())
    digest = base64.b64decode(code.code_sha256).hex()
    folder = FUNCTION_CACHE / digest
    if folder.exists():
        with suppress(OSError):
            (folder.parent / f"{digest}.used").touch()
        return folder
    with _lock:  # functions of one deployment share layers, and are made at the same time
        if not folder.exists():
            _unpack(code, folder)
    (folder.parent / f"{digest}.used").touch()
    return folder


def _unpack(code: Any, folder: Path) -> None:
    FUNCTION_CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FUNCTION_CACHE) as temporary:
        fresh = Path(temporary) / "code"
        with tempfile.TemporaryFile() as archive:
            code._download_archive_to_file(archive)
            _extract(archive, fresh)
        with suppress(OSError):  # another instance was faster: the same content is there
            fresh.rename(folder)


def remove_unused(now: float | None = None) -> None:
    """Remove packages that nothing used for a week."""
    for stamp in FUNCTION_CACHE.glob("*.used"):
        with suppress(OSError):
            if (time.time() if now is None else now) - stamp.stat().st_mtime > KEPT_SECONDS:
                stamp.unlink()
                shutil.rmtree(FUNCTION_CACHE / stamp.stem, ignore_errors=True)


def _extract(archive: Any, folder: Path) -> None:
    folder.mkdir()
    archive.seek(0)
    with zipfile.ZipFile(archive) as files:
        for info in files.infolist():
            path = Path(files.extract(info, folder))
            path.chmod(0o755)
