#!/bin/sh
# Installs the Debian packages that the tests need beside Python: a browser, a Chinese font, PostgreSQL,
# Redis and nginx.
# The tests start servers of their own in temporary folders, so Debian's services are not started.
set -eu

missing=
need() { # need PACKAGE FILE…: the package is there when one of the files is
	package=$1
	shift
	for file in "$@"; do
		if [ -e "$file" ]; then return; fi
	done
	missing="$missing $package"
}
# Half the work of the whole browser, and all that a page needs.
need chromium-headless-shell /usr/bin/chromium-headless-shell
need fonts-noto-cjk /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
need postgresql /usr/lib/postgresql/*/bin/initdb
need redis-server /usr/bin/redis-server
need nginx-light /usr/sbin/nginx
if [ -z "$missing" ]; then exit 0; fi

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "The tests need Debian's$missing: install them (apt-get install$missing) and run make test again." >&2
	exit 1
fi

echo "Installing$missing (a few minutes, once) …"
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f $policy' EXIT
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
fi
apt-get -qq update
# shellcheck disable=SC2086  # several names in one word
DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $missing >/dev/null
