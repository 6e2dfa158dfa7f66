#!/bin/sh
# /usr/lib/kato/fleet-stop [NOTICE]: nobody's kato records on this machine, until it is lifted. Only for root.
# /usr/lib/kato/fleet-stop --lift: those whose kato it ended record again.
#
# A policy that does not load keeps every daemon from starting, whoever starts it; NOTICE is what people are shown. Those
# that run are ended: whose manager does not do it in time, root does, by killing the service's processes.
# Exit status: 0 nobody records, or everybody does again; 1 somebody's kato goes on, or does not follow; 3 somebody's kato
# should run again and does not; 64 usage; 77 not root. Each one is named.
set -eu

stop=/etc/kato/policy.d/00-stop.toml

usage() {
	echo 'usage: /usr/lib/kato/fleet-stop [NOTICE | --lift]' >&2
	exit 64
}

[ $# -le 1 ] || usage
if [ "$(id -u)" -ne 0 ]; then
	echo 'fleet-stop: only root can end the recording of others. Run it with sudo.' >&2
	exit 77
fi

case ${1:-} in
--lift)
	rm -f "$stop"
	exec /usr/lib/kato/everyone follow
	;;
-*) usage ;;
esac

# The notice is a key of TOML: one line, in quotes.
notice=$(printf '%s' "${1:-recording is stopped, ask the service desk}" | tr -d '\000-\037\177' | cut -c 1-200 |
	sed 's/[\\"]/\\&/g')
umask 022
mkdir -p /etc/kato/policy.d
new=$(mktemp /etc/kato/policy.d/.stop.XXXXXX)
printf '"%s" = true\n' "$notice" >"$new"
chmod 0644 "$new"
mv "$new" "$stop"
if timeout -k 1 30 /usr/bin/kato policy check >/dev/null 2>&1 </dev/null; then
	echo "fleet-stop: kato takes $stop for a policy, so nothing is stopped by it. Run: systemctl --global mask kato" >&2
	/usr/lib/kato/everyone stop
	exit 1
fi
exec /usr/lib/kato/everyone restart
