#!/bin/sh
# /usr/lib/kato/everyone restart|stop: what root asks of everybody's kato. Used by the packages and by administrators.
#
# A person's service manager is the person's: it may never answer, and what it was asked may never end. So each one is
# asked beside the others and within a bound, the system's own units come first, and processes that are still there
# after the bound are killed. No person holds up another, or root.
# Exit status: 0 done, 1 somebody's manager did not answer or processes had to be killed (each is named), 64 usage.
set -u

# Seconds: a daemon has 20 to end by itself, and its manager that long to say so; then those that are left are killed.
ANSWER=22
LEFT=3

usage() {
	echo 'usage: /usr/lib/kato/everyone restart|stop' >&2
	exit 64
}

[ $# -eq 1 ] || usage
case $1 in restart | stop) ;; *) usage ;; esac
if [ "$(id -u)" -ne 0 ]; then
	echo 'everyone: only root can ask of others. Run it with sudo.' >&2
	exit 77
fi
[ -d /run/systemd/system ] || exit 0

managers() {
	systemctl --no-legend --plain list-units --state=running 'user@*.service' |
		sed -n 's/^user@\([0-9]\{1,\}\)\.service .*/\1/p'
}

# ask UID WORDS...: has this person's manager do something, and waits for it no longer than the bound.
ask() {
	uid=$1
	shift
	timeout -k 1 "$ANSWER" systemctl --user --machine="$uid@" "$@" </dev/null && return
	echo "everyone: the service manager of user $uid did not answer: $*" >&2
	return 1
}

# Of processes that run kato's files; of `deleted`, only those whose files were replaced since. In the view of a unit each
# of the files is a mount of its own, whose path is / from here.
running() {
	for exe in /proc/[0-9]*/exe; do
		file=$(readlink "$exe" 2>/dev/null) || continue
		case ${file%" (deleted)"} in / | /usr/bin/kato | /usr/lib/kato/deno) ;; *) continue ;; esac
		case $file in *" (deleted)") ;; *) [ "$1" = all ] || continue ;; esac
		pid=${exe#/proc/}
		pid=${pid%/exe}
		# Commands that somebody typed end by themselves.
		tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" |
			grep -q -E '^(kato-(orchestrator|parser|writer)|[^ ]*kato daemon) ' && echo "$pid"
	done
}

failed=0
verb=$1
job=stop
if [ "$verb" = restart ]; then
	job=try-restart
	timeout -k 1 "$ANSWER" systemctl daemon-reload
fi
timeout -k 1 "$ANSWER" systemctl "$job" 'kato@*.service' &
asked=$!
for user in $(managers); do
	if [ "$verb" = restart ]; then
		{ ask "$user" daemon-reload && ask "$user" "$job" kato.service; } &
	else
		ask "$user" "$job" kato.service &
	fi
	asked="$asked $!"
done
for one in $asked; do wait "$one" || failed=1; done

# Whose daemon goes on with what it had? After a restart: those that run files that were replaced.
which=all
[ "$verb" = stop ] || which=deleted
left=$LEFT
while [ "$left" -gt 0 ] && [ -n "$(running "$which")" ]; do
	sleep 1
	left=$((left - 1))
done
for pid in $(running "$which"); do
	uid=$(stat -c %u "/proc/$pid" 2>/dev/null) || continue
	kill -s KILL "$pid" 2>/dev/null || continue
	echo "everyone: process $pid of user $uid did not end and was killed" >&2
	failed=1
done
exit "$failed"
