"""Run a command in a network namespace that has a loopback and nothing else, and count its attempts to leave.

`python no_network.py REPORT COMMAND…`, inside `unshare -rn`: writes to REPORT how many packets or connections found no
route (the kernel's own counters), and gives back the command's status.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
import sys
from pathlib import Path

SIOCSIFFLAGS, UP = 0x8914, 0x1
INSIDE = ("unshare", "-rn", sys.executable, __file__)


def permitted() -> bool:
    """Whether this machine lets us make a namespace."""
    try:
        return subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def attempts() -> int:
    """Attempts to leave this namespace so far, IPv4 and IPv6."""
    names, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines()[:2])
    four = dict(zip(names, values, strict=True))["OutNoRoutes"]
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())["Ip6OutNoRoutes"]
    return int(four) + int(six)


def main(report: str, *command: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14s", b"lo", UP, b""))
    done = subprocess.run(command, check=False)
    Path(report).write_text(str(attempts()))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
