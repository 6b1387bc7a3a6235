"""What `inbox run` keeps in memory when nothing happens, and how soon after its start it answers."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from bench.databases import KINDS, Bench, environment, opened
from bench.measuring import report

QUIET_SECONDS = 5.0
LONGEST_START = 60.0


def run() -> None:
    for kind in KINDS:
        with opened(kind) as bench:
            _measure(bench)


def _measure(bench: Bench) -> None:
    port = _free_port()
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "inbox", "run", "--port", str(port)],
        env=environment(bench, INBOX_BASE_URL=f"http://127.0.0.1:{port}"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until_answered(process, f"http://127.0.0.1:{port}/sign-in")
        first_page, starting = time.perf_counter() - start, _cpu_seconds(process.pid)
        time.sleep(QUIET_SECONDS)
        cpu = _cpu_seconds(process.pid)
        time.sleep(QUIET_SECONDS)
        idle = (_cpu_seconds(process.pid) - cpu) / QUIET_SECONDS
        report(
            "memory", database=bench.kind, rss_megabytes=resident_megabytes(process.pid),
            first_page_seconds=first_page, start_cpu_seconds=starting, idle_cpu_share=idle,
        )  # fmt: skip
    finally:
        process.terminate()
        process.wait(timeout=30)


def _until_answered(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("`inbox run` ended while starting")
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError(f"`inbox run` did not answer {address} within {LONGEST_START:.0f} seconds")


def resident_megabytes(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say how much memory a process keeps")


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
