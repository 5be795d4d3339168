"""Builds what functions are deployed with: one zip of the source, and one layer for each set of packages.

The source zip holds `lambdas/` and is the same for every function; a layer holds the packages of one lock
(`requirements/functions-<set>.txt`) for one processor architecture. So a change of the source uploads a few
hundred kilobytes, and the packages only when their lock changes.

A package is named by a hash of everything it is made from, this file included, and kept under
`.local/build`: what was built once is not built again. Zips are deterministic: sorted names, one timestamp,
byte code that is not checked against file times. Wheels are chosen for the target, so any machine builds
for any architecture, and nothing is compiled here but Python's byte code.
"""

import compileall
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from py_compile import PycInvalidationMode

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "lambdas"
REQUIREMENTS = ROOT / "requirements"
BUILD = ROOT / ".local/build"

SETS = ("base", "api", "lake")
ARCHITECTURES = ("x86_64", "arm64")
PYTHON = "3.13"
UNZIPPED_LIMIT = 250 * 1024 * 1024  # bytes of a function and its layers (AWS Lambda quotas)

# AWS's python3.13 runs on Amazon Linux 2023, whose glibc is 2.34.
_PLATFORMS = {"x86_64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}
_EPOCH = (2020, 1, 1, 0, 0, 0)

# What no function reads. Patterns are matched with the path inside the package, `/` at its start.
_TRIMMED = (
    "/bin/*",
    "*/__pycache__/*",
    "*/tests/*",
    "*.dist-info/RECORD",
    "*.pyx",
    "*.pxd",
    "*.pxi",
    "*.pyi",
    "*.h",
    "*.cc",
    "*.c",
    "/pyarrow/include/*",
    "/pyarrow/src/*",
    "/pyarrow/includes/*",
    "/pyarrow/*flight*",
    "/pyarrow/*gandiva*",
    "/pyarrow/*cuda*",
    "/pyarrow/*s3*",  # files are written in memory and put by boto3
    "/pyarrow/*gcsfs*",
    "/pyarrow/*azurefs*",
    "/pyarrow/*hdfs*",
    "/pyarrow/*_cpp_tests*",
    # The loader wants libarrow….so.2600; the wheel holds each library up to three times.
    "/pyarrow/lib*.so",
    "/pyarrow/lib*.so.*.*.*",
)
_KEPT = ("/pyarrow/lib.cpython-*",)


class BuildError(Exception):
    """A package could not be built; the message says why."""


@dataclass(frozen=True, slots=True)
class Package:
    """A zip that a function or a layer is made from."""

    path: Path
    digest: str  # of everything it is made from, 64 hexadecimal digits

    def unzipped_bytes(self) -> int:
        """The size on the disk of a function."""
        with zipfile.ZipFile(self.path) as archive:
            return sum(entry.file_size for entry in archive.infolist())


def host_architecture() -> str:
    """The architecture of this machine, in Lambda's words."""
    return "arm64" if platform.machine().lower() in ("aarch64", "arm64") else "x86_64"


def build_source(source: Path = SOURCE, build: Path = BUILD) -> Package:
    """The functions' own code, compiled."""
    files = [path for path in sorted(source.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    digest = _digest((str(path.relative_to(source)), path) for path in files)

    def fill(folder: Path) -> None:
        for path in files:
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)

    return _built(build, f"source-{digest[:16]}.zip", digest, fill)


def build_layer(
    packages: str, architecture: str, *, requirements: Path = REQUIREMENTS, build: Path = BUILD
) -> Package:
    """The packages of a lock for an architecture, under `python/` as Lambda wants layers."""
    lock = requirements / f"functions-{packages}.txt"
    digest = _digest([(f"{_PLATFORMS[architecture]} {PYTHON}", lock)])

    def fill(folder: Path) -> None:
        target = folder / "python"
        _install(lock, target, architecture)
        _trim(target)

    return _built(build, f"layer-{packages}-{architecture}-{digest[:16]}.zip", digest, fill)


def _digest(named: Iterable[tuple[str, Path]]) -> str:
    whole = hashlib.sha256(Path(__file__).read_bytes())
    for name, path in named:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(json.dumps([name, content]).encode())
    return whole.hexdigest()


def _built(build: Path, name: str, digest: str, fill: Callable[[Path], None]) -> Package:
    """The zip of that name, made in a temporary folder and moved into place whole."""
    path = build / name
    if not path.exists():
        build.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="new-", dir=build) as temporary:
            folder = Path(temporary) / "content"
            folder.mkdir()
            fill(folder)
            _compile(folder)
            fresh = Path(temporary) / name
            _zip(folder, fresh)
            fresh.replace(path)
    return Package(path, digest)


def _install(lock: Path, target: Path, architecture: str) -> None:
    uv = ROOT / ".local/uv/bin/uv"
    command = [str(uv) if uv.exists() else "uv", "pip", "install", "--quiet"]
    command += ["--python", sys.executable, "--target", str(target), "--python-version", PYTHON]
    command += ["--python-platform", _PLATFORMS[architecture], "--only-binary", ":all:", "--no-deps"]
    command += ["--require-hashes", "--requirement", str(lock)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BuildError("uv was not found. Make the environments with: tools/bootstrap") from error
    if done.returncode:
        raise BuildError(f"Packages of {lock.name} could not be installed:\n{done.stderr.strip()}")


def _trim(target: Path) -> None:
    for path in sorted(target.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
            continue
        name = f"/{path.relative_to(target)}"
        if any(fnmatch(name, p) for p in _TRIMMED) and not any(fnmatch(name, p) for p in _KEPT):
            path.unlink()


def _compile(folder: Path) -> None:
    """Byte code beside the source: functions cannot write it, and would compile at each cold start."""
    compileall.compile_dir(
        folder,
        quiet=2,
        force=True,
        stripdir=str(folder),
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in _files(folder):
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), _EPOCH)
            entry.external_attr = 0o100755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def main() -> None:
    """Build everything for the architectures named on the command line, by default for this machine."""
    packages = [build_source()]
    for architecture in sys.argv[1:] or [host_architecture()]:
        if architecture not in ARCHITECTURES:
            raise SystemExit(f"Unknown architecture {architecture}: one of {', '.join(ARCHITECTURES)}")
        packages += [build_layer(name, architecture) for name in SETS]
    for package in packages:
        zipped, unzipped = package.path.stat().st_size, package.unzipped_bytes()
        sizes = f"{zipped / 2**20:7.1f} MiB zipped {unzipped / 2**20:7.1f} unzipped"
        print(f"{sizes}  {package.path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
