#!/bin/sh
# Makes the virtual environment $1 with Python 3.11, 3.12 or 3.13: the first of $PYTHON that can make one.
# Installs Debian's python3-venv where only that is missing and we are root.
set -eu

# A system's own Python comes first: it gets the system's security updates, and is built with
# optimisations that one compiled on the spot mostly lacks.
: "${PYTHON:=/usr/bin/python3 python3.11 python3.12 python3.13 python3}"
python= lacking=
for candidate in $PYTHON; do
	if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
		if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
			python=$candidate
			break
		fi
		lacking=${lacking:-$candidate}
	fi
done
if [ -z "$python$lacking" ]; then
	echo "Minping needs Python 3.11, 3.12 or 3.13, and finds none of them here: install one (Debian 12: apt-get install python3) and run make again." >&2
	exit 1
fi

if [ -z "$python" ]; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "Installing python3-venv …"
		apt-get -qq update
		DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends python3-venv >/dev/null
		python=$lacking
	else
		echo "$lacking cannot make virtual environments: install Debian's python3-venv (apt-get install python3-venv) and run make again." >&2
		exit 1
	fi
fi

# A set-up that was broken off leaves no half environment behind.
rm -rf "$1"
trap 'rm -rf "$1"' EXIT
"$python" -m venv "$1"
trap - EXIT
