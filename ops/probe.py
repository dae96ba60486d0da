"""Health checks of the containers: `python -m ops.probe web|canary`. Ends with 0 when all is well.

web: this container's web server answers. canary: beat asked and a worker answered within three minutes.
"""

from __future__ import annotations

import os
import sys
from urllib.request import Request, urlopen

LATEST = 180


def web(port: int = 8000) -> bool:
    host = os.environ["ALLOWED_HOSTS"].split(",")[0]
    with urlopen(Request(f"http://127.0.0.1:{port}/sante/", headers={"Host": host}), timeout=4) as answer:
        return bool(answer.status == 200)


def canary() -> bool:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
        row = connection.execute(
            "SELECT extract(epoch FROM now() - max(served_at)) FROM audit_canary"
        ).fetchone()
    return row is not None and row[0] is not None and row[0] < LATEST


def main(what: str) -> int:
    try:
        well = {"web": web, "canary": canary}[what]()
    except Exception as error:
        print(f"{what}: {error}", file=sys.stderr)
        return 1
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
