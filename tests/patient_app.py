"""The page itself, with times of one's own to wait for followers: run as a program by the browser's tests of broken connections, and,
with little memory for finished runs, by the benchmark that watches the server's memory.

python -m tests.patient_app PORT GRACE_S ABSENCE_S [SLOTS [KEEP_MB]]
"""

from __future__ import annotations

import sys

from playground.app import create_app, install_drain, launch


def main() -> None:
    port, grace_s, absence_s = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    slots = int(sys.argv[4]) if len(sys.argv) > 4 else None
    keep_mb = int(sys.argv[5]) if len(sys.argv) > 5 else 256
    demo, page = create_app("cpu", grace_s=grace_s, absence_s=absence_s, slots=slots, keep_bytes=keep_mb * 2**20)
    page.outlive()
    install_drain(demo, page.book)
    launch(demo, page, "127.0.0.1", port)
    demo.block_thread()


if __name__ == "__main__":
    main()
