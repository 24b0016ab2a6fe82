"""Run a program that dies with the process that started it: ``python leash.py PARENT PROGRAM ARGUMENT…`` (Linux).

It stands alone and is run by its path: the signal is asked for in a fresh process, since a fork of a service with
threads must not run Python code before it executes the program.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """Tie this process to its parent, then become the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the signal was asked for
        sys.exit(1)
    os.execv(program[0], program)  # noqa: S606  # the program is named by its path


if __name__ == "__main__":
    main()
