"""Fetch the browser libraries we serve ourselves, from npm, into static/vendor/.

    python ops/vendor.py            fetch every library at its pinned version
    python ops/vendor.py --check    only compare the committed files with their recorded checksums

Source maps are not served, so their comments are removed; licences and SHA-256 sums are kept.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "static" / "vendor"
RECORD = TARGET / "vendor.json"
#: npm package, version, folder, {file in the package: file we serve}
LIBRARIES = [
    ("htmx.org", "2.0.11", "htmx", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}),
]
SOURCE_MAP = re.compile(rb"\n?(?://[#@] sourceMappingURL=[^\n]*|/\*[#@] sourceMappingURL=.*?\*/)\n?")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetch() -> None:
    record = {}
    for package, version, folder, files in LIBRARIES:
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=scratch, check=True)
            archive = next(Path(scratch).glob("*.tgz"))
            with tarfile.open(archive) as tar:
                (TARGET / folder).mkdir(parents=True, exist_ok=True)
                sums = {}
                for source, name in files.items():
                    member = tar.extractfile(f"package/{source}")
                    if member is None:
                        raise SystemExit(f"{package} has no {source}")
                    content = SOURCE_MAP.sub(b"\n", member.read())
                    (TARGET / folder / name).write_bytes(content)
                    sums[name] = digest(content)
                manifest = tar.extractfile("package/package.json")
                licence = json.load(manifest)["license"] if manifest else ""
        record[folder] = {"package": package, "version": version, "licence": licence, "sha256": sums}
        print(f"{package} {version} ({licence})")
    RECORD.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")


def check() -> None:
    wrong = [
        f"{folder}/{name}"
        for folder, library in json.loads(RECORD.read_text()).items()
        for name, expected in library["sha256"].items()
        if digest((TARGET / folder / name).read_bytes()) != expected
    ]
    if wrong:
        sys.exit(f"changed by hand: {', '.join(wrong)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check() if parser.parse_args().check else fetch()
