"""Runs a program that dies with the process that started it (Linux).

Usage: ``python die_with_parent.py PARENT[:BYTES] PROGRAM ARGUMENT…``. With BYTES the program can
have no more memory for its data, so that it ends before the machine gives out.

The module imports nothing of the project and is run by its path: a fork of a service with threads
must not run Python code before it executes a program, so a fresh process asks for the signal.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """Ties this process to its parent, then becomes the program."""
    parent, _, most = sys.argv[1].partition(":")
    program = sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # the parent died before the call of prctl
        sys.exit(1)
    if most:
        resource.setrlimit(resource.RLIMIT_DATA, (int(most), int(most)))
    os.execv(program[0], program)  # noqa: S606  # the program is named by its path


if __name__ == "__main__":
    main()
