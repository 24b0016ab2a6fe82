#!/bin/sh
# Makes the virtual environment $1 with Python 3.11, 3.12 or 3.13, whichever is found first; installs Debian's python3-venv when it is missing and we are root.
set -eu

python=
for candidate in python3.11 python3.12 python3.13 python3; do
	if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
		python=$candidate
		break
	fi
done
if [ -z "$python" ]; then
	echo "Minping needs Python 3.11, 3.12 or 3.13, and finds none of them here: install one (Debian 12: apt-get install python3) and run make again." >&2
	exit 1
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "Installing python3-venv …"
		apt-get -qq update
		DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends python3-venv >/dev/null
	else
		echo "$python cannot make virtual environments: install Debian's python3-venv (apt-get install python3-venv) and run make again." >&2
		exit 1
	fi
fi

# A set-up that was broken off leaves no half environment behind.
rm -rf "$1"
trap 'rm -rf "$1"' EXIT
"$python" -m venv "$1"
trap - EXIT
