#!/bin/bash
# Follows the README as a stranger would: a clone of the last commit on a Debian 12 with only its base, Python, make
# and git, in a temporary folder. As root, with debootstrap; apt and pip find their sources as this machine's do.
#
#   tools/stranger.sh run     make run, until the service says that it is well, and stop it
#   tools/stranger.sh test    make test
set -euo pipefail
what=${1:?run or test}
cd "$(dirname "$0")/.."

if [ "${2:-}" = "" ]; then
	root=$(mktemp --directory /tmp/stranger.XXXXXX)
	chmod 755 "$root"
	# Whatever is mounted below is seen in a namespace of its own only, and has gone when the folder is removed.
	trap 'rm -rf --one-file-system "$root"' EXIT
	unshare --mount --mount-proc --pid --fork --kill-child --propagation private bash "$0" "$what" "$root"
	exit
fi

root=$2
say() { echo "[$SECONDS s] $*"; }

say "Debian's base"
mirror=$(awk '$1 == "URIs:" {print $2; exit} $1 == "deb" {print $(NF > 4 && $2 ~ /^\[/ ? 3 : 2); exit}' \
	/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null)
debootstrap --variant=minbase --include=python3,make,git,ca-certificates bookworm "$root" "$mirror" >"$root.log" ||
	{ tail -20 "$root.log"; exit 1; }
rm -f "$root.log"

# How this machine reaches the outside, so that the stranger's does.
for path in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/apt/sources.list.d/debian.sources \
	/etc/apt/apt.conf.d/99* /etc/ssl/certs/ca-certificates.crt; do
	if [ -e "$path" ]; then cp --dereference "$path" "$root$path"; fi
done
rm -f "$root/etc/apt/sources.list"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts devpts "$root/dev/pts"
git clone --quiet --no-local "file://$PWD" "$root/root/minping"

inside() {
	chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
		${https_proxy:+https_proxy="$https_proxy"} ${http_proxy:+http_proxy="$http_proxy"} \
		${PIP_CERT:+PIP_CERT="$PIP_CERT"} "$@"
}

if [ "$what" = test ]; then
	say "make test"
	inside CI=true make -C /root/minping test
	say "the second time"
	inside make -C /root/minping setup-test
else
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	say "make run"
	inside MINPING_PORT="$port" make -C /root/minping run &
	make=$!
	until python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/healthz', timeout=5)" 2>/dev/null; do
		kill -0 $make 2>/dev/null || { say "make run ended before it served"; exit 1; }
		if [ $SECONDS -gt 900 ]; then say "make run did not serve in 15 minutes"; exit 1; fi
		sleep 1
	done
	say "it is well"
	service=$(pgrep --full 'minping serve' | tail -1)
	kill -TERM "$service"
	wait $make
	say "it has stopped"
fi
say "done"
