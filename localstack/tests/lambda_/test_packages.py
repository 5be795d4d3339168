"""Packages are unpacked once per content and forgotten when nothing uses them."""

import base64
import hashlib
import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest
from opentrail_local.lambda_ import packages


class Code:
    """What LocalStack knows of a package: its hash, and how to get it."""

    def __init__(self, files: dict[str, str]) -> None:
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        self.body = body.getvalue()
        self.code_sha256 = base64.b64encode(hashlib.sha256(self.body).digest()).decode()
        self.downloads = 0

    def is_hot_reloading(self) -> bool:
        return False

    def _download_archive_to_file(self, target: IO[bytes]) -> None:
        self.downloads += 1
        target.write(self.body)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(packages, "FUNCTION_CACHE", tmp_path / "functions")
    return tmp_path / "functions"


def test_functions_that_share_a_layer_unpack_it_once() -> None:
    code = Code({"python/a.py": "A = 1", "bin/tool": "x"})
    with ThreadPoolExecutor(6) as pool:
        folders = set(pool.map(lambda _: packages.unpacked(code), range(6)))
    (folder,) = folders
    assert code.downloads == 1
    assert (folder / "python/a.py").read_text() == "A = 1"
    assert (folder / "bin/tool").stat().st_mode & 0o111


def test_other_content_is_elsewhere() -> None:
    first, second = (packages.unpacked(Code({"a.py": text})) for text in ("1", "2"))
    assert first != second
    assert (second / "a.py").read_text() == "2"


def test_only_what_was_not_used_for_a_week_is_removed(cache: Path) -> None:
    folder = packages.unpacked(Code({"a.py": "1"}))
    packages.remove_unused(time.time() + packages.KEPT_SECONDS - 60)
    assert folder.exists()
    packages.remove_unused(time.time() + packages.KEPT_SECONDS + 60)
    assert list(cache.iterdir()) == []
