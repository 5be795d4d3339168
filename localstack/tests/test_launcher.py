"""What the launcher decides before LocalStack is imported."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from localstack.aws import spec
from opentrail_local import launcher, service_catalog
from opentrail_local.instance import LocalInstance


def test_everything_stays_in_the_state_directory_and_on_this_machine(tmp_path: Path) -> None:
    environment = launcher.environment(LocalInstance(tmp_path, 4711))
    for name in ("FILESYSTEM_ROOT", "TMPDIR", "CONFIG_DIR"):
        assert Path(environment[name]).is_relative_to(tmp_path)
    assert environment["GATEWAY_LISTEN"] == "127.0.0.1:4711"
    assert environment["DNS_ADDRESS"] == "0"


def test_servers_listen_on_loopback_only() -> None:
    launcher.bind_loopback_only()
    from twisted.internet import endpoints

    assert endpoints.TCP4ServerEndpoint(None, 4711)._interface == "127.0.0.1"


def test_the_public_key_is_the_private_keys(tmp_path: Path) -> None:
    instance = LocalInstance(tmp_path, 4711)
    instance.write_public_key()
    raw = base64.b64decode((tmp_path / "router_public.txt").read_text())
    assert raw == instance.router_key.public_key().public_bytes_raw()


def test_outputs_are_read_again_when_they_changed(tmp_path: Path) -> None:
    instance = LocalInstance(tmp_path, 4711)
    assert instance.outputs() == {}
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({"RestApiId": "a"}))
    assert instance.outputs() == {"RestApiId": "a"}
    path.write_text(json.dumps({"RestApiId": "b"}))
    os.utime(path, ns=(1, 1))
    assert instance.outputs() == {"RestApiId": "b"}
    path.unlink()
    assert instance.outputs() == {}


def test_the_service_catalog_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def build(file_path: str) -> str:
        made.append(file_path)
        Path(file_path).write_text("index")
        return "index"

    monkeypatch.setattr(service_catalog, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(spec, "build_service_index_cache", build)
    monkeypatch.setattr(spec, "load_service_index_cache", lambda path: Path(path).read_text())
    service_catalog.patch()
    found = [spec.build_service_index_cache(str(tmp_path / n / "catalog.dill")) for n in ("first", "second")]
    assert found == ["index", "index"]
    assert len(made) == 1
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["catalog.dill"]


def test_a_selection_that_is_none_is_refused_before_anything_starts(tmp_path):
    file = tmp_path / "selection.json"
    file.write_text('{"*": {"kinds": []}}')
    environment = {
        "PATH": os.environ["PATH"],
        "OPENTRAIL_RECORDER_SELECTION": str(file),
        "PYTHONPATH": ":".join(sys.path),
    }
    command = [
        sys.executable,
        "-m",
        "opentrail_local.launcher",
        "--state-dir",
        str(tmp_path / "state"),
        "--port",
        "1",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "Account *: there is no condition 'kinds'.")
