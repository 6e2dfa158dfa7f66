#!/bin/sh
# /usr/lib/kato/everyone [--at-once N] VERB: what root asks of everybody's kato. The packages, the Ansible role and
# administrators use it.
#   check             names whose kato does not follow the present policy and program, or does not run; changes nothing
#   follow            restarts the daemons that do not follow, starts those that failed, then checks
#   start             starts kato for all whose service manager runs, then checks
#   restart           restarts every daemon that runs, then checks
#   stop              stops every daemon
#   enable PERSON…    has kato run for these people, logged in or not
#   disable PERSON…   takes that back, and the lingering that it began
#
# A person's service manager belongs to the person: it may never answer, and a service of it may never end. So every
# question has a bound, managers are asked beside each other (at most N at a time), the system's own units come first,
# and daemons that are still there after the bound are killed. No person holds up another, or root.
# Exit status: 0 done; 1 somebody does not follow, or had to be killed to follow; 3 everybody who runs follows, and
# somebody's kato should run and does not; 64 usage; 77 not root; 78 no policy loads, so there is nothing to follow. Each
# one is named. Where no policy loads, and after a stop, it is done when no daemon runs.
# shellcheck disable=SC2317 # Functions that `beside` calls.
set -u

# Seconds. A daemon has 20 to end by itself, and its manager this long to say so.
ANSWER=22
# What reads a state or a file of a person's has this long.
LOOK=5
# A daemon that has just been started has this long until it runs or has failed.
SETTLE=20
# Managers that are asked at the same time.
at_once=16

usage() {
	echo 'usage: /usr/lib/kato/everyone [--at-once N] check|follow|start|restart|stop|enable PERSON…|disable PERSON…' >&2
	exit 64
}

say() { echo "everyone: $*" >&2; }

if [ "${1:-}" = --at-once ]; then
	case ${2:-} in '' | *[!0-9]* | 0*) usage ;; esac
	at_once=$2
	shift 2
fi
verb=${1:-}
case $verb in
check | follow | start | restart | stop) [ $# -eq 1 ] || usage ;;
enable | disable) [ $# -ge 2 ] || usage ;;
*) usage ;;
esac
shift
if [ "$(id -u)" -ne 0 ]; then
	say 'only root can ask of others. Run it with sudo.'
	exit 77
fi
[ -d /run/systemd/system ] || exit 0

work=$(mktemp -d /run/kato-everyone.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work/ended" "$work/home"

# -- Jobs beside each other. A job may hang in the kernel, where no signal reaches it, so none is waited for without end.

begun=0
running_jobs() { echo $((begun - $(find "$work/ended" -type f | wc -l))); }

# wait_for NUMBER SECONDS: until no more than this many jobs run.
wait_for() {
	tenths=$(($2 * 10))
	while [ "$(running_jobs)" -gt "$1" ] && [ "$tenths" -gt 0 ]; do
		sleep 0.1
		tenths=$((tenths - 1))
	done
}

beside() {
	wait_for $((at_once - 1)) $((ANSWER + 2))
	begun=$((begun + 1))
	{
		"$@"
		: >"$work/ended/$begun"
	} >/dev/null 2>&1 &
}

# -- People.

managers() {
	timeout -k 1 "$LOOK" systemctl --no-legend --plain list-units --state=running 'user@*.service' |
		sed -n 's/^user@\([0-9]\{1,\}\)\.service .*/\1/p'
}

# The system's own units of kato, by the name of their person.
instances() {
	{
		timeout -k 1 "$LOOK" systemctl --no-legend --plain --all list-units 'kato@*.service' | sed 's/ .*//'
		find /etc/systemd/system -path '*.wants/kato@*.service' -printf '%f\n'
	} | sed -n 's/^kato@\(..*\)\.service$/\1/p' | sort -u
}

# entry PERSON: of a name or a number, once.
entry() {
	[ -e "$work/$1.entry" ] || timeout -k 1 "$LOOK" getent passwd "$1" >"$work/$1.entry"
	cat "$work/$1.entry"
}

name_of() {
	name=$(entry "$1" | cut -d : -f 1)
	echo "${name:-user} ($1)"
}

# as_person UID SECONDS WORDS...: with no more than the person's own rights. What comes back is hostile text.
as_person() {
	uid=$1 seconds=$2
	shift 2
	group=$(entry "$uid" | cut -d : -f 4)
	timeout -k 1 "$seconds" setpriv --reuid="$uid" --regid="${group:-$uid}" --clear-groups --inh-caps=-all \
		env -i PATH=/usr/bin:/bin LC_ALL=C XDG_RUNTIME_DIR="/run/user/$uid" "$@" </dev/null 2>/dev/null
}

# ask UID SECONDS WORDS...
ask() {
	asked=$1 bound=$2
	shift 2
	as_person "$asked" "$bound" systemctl --user "$@"
}

# shellcheck source=packaging/verdicts.sh
. /usr/lib/kato/verdicts

# -- The verbs.

stop_all() {
	beside timeout -k 1 "$ANSWER" systemctl stop 'kato@*.service'
	for uid in $(managers); do beside ask "$uid" "$ANSWER" stop kato.service; done
}

restart_all() {
	beside timeout -k 1 "$ANSWER" systemctl daemon-reload
	wait_for 0 "$ANSWER"
	beside timeout -k 1 "$ANSWER" systemctl try-restart 'kato@*.service'
	for uid in $(managers); do beside restart_person "$uid"; done
}

restart_person() {
	ask "$1" "$LOOK" daemon-reload || return
	# Of the unit's starts in ten minutes, root's restarts use up none. A failed service stays failed: it is named.
	case $(ask "$1" "$LOOK" is-active kato.service) in
	failed | inactive) return ;;
	esac
	ask "$1" "$LOOK" reset-failed kato.service kato-setup.service
	ask "$1" "$ANSWER" try-restart kato.service
}

start_person() {
	ask "$1" "$LOOK" daemon-reload && ask "$1" "$LOOK" reset-failed kato.service kato-setup.service
	ask "$1" "$LOOK" start --no-block kato.service
}

start_all() {
	for name in $(instances); do beside timeout -k 1 "$ANSWER" systemctl start --no-block "kato@$name.service"; done
	for uid in $(managers); do beside start_person "$uid"; done
}

# Whom this had linger, and so whom it may have linger no more.
LINGERING=/var/lib/kato/lingering

# enable_person NAME: root writes nothing into a home, so the person's own manager does it.
enable_person() {
	uid=$(entry "$1" | cut -d : -f 3)
	[ -n "$uid" ] || return 0
	if [ ! -e "/var/lib/systemd/linger/$1" ]; then
		mkdir -p "$LINGERING"
		: >"$LINGERING/$1"
		timeout -k 1 "$LOOK" loginctl enable-linger "$1"
	fi
	# A manager that has just begun needs a moment.
	tries=$((LOOK * 5))
	until [ -S "/run/user/$uid/bus" ] || [ "$tries" -eq 0 ]; do
		sleep 0.2
		tries=$((tries - 1))
	done
	case $(ask "$uid" "$LOOK" is-enabled kato.service) in enabled) return ;; esac
	ask "$uid" "$LOOK" daemon-reload && ask "$uid" "$LOOK" enable kato.service && : >"$work/$uid.done"
	ask "$uid" "$LOOK" start --no-block kato.service
}

disable_person() {
	uid=$(entry "$1" | cut -d : -f 3)
	[ -n "$uid" ] || return 0
	case $(ask "$uid" "$LOOK" is-enabled kato.service) in
	enabled) ask "$uid" "$ANSWER" disable --now kato.service && : >"$work/$uid.done" ;;
	esac
	if [ -e "$LINGERING/$1" ]; then
		timeout -k 1 "$LOOK" loginctl disable-linger "$1"
		rm "$LINGERING/$1"
		: >"$work/$uid.done"
	fi
}

# note_enabling NAME: says what came of it.
note_enabling() {
	uid=$(entry "$1" | cut -d : -f 3)
	if [ -z "$uid" ]; then
		verdict 3 "$1" 'is nobody that the user database knows'
	elif [ -e "$work/$uid.done" ]; then
		echo "everyone: kato of $(name_of "$uid") is ${verb}d now"
	elif [ "$verb" = enable ] && [ "$(ask "$uid" "$LOOK" is-enabled kato.service)" != enabled ]; then
		verdict 3 "$(name_of "$uid")" 'cannot be enabled: the manager does not answer, or cannot write to the home'
	fi
}

follow_all() {
	for name in $(instances); do
		uid=$(entry "$name" | cut -d : -f 3)
		if grep -q "^1 .* (${uid:-none}):" "$work/before"; then
			beside timeout -k 1 "$ANSWER" systemctl try-restart "kato@$name.service"
		elif grep -q -F "(kato@$name.service):" "$work/before"; then
			# It may never start, so it is not waited for.
			beside timeout -k 1 "$ANSWER" systemctl restart --no-block "kato@$name.service"
		fi
	done
	for uid in $(managers); do
		if grep -q "^1 .* ($uid):" "$work/before"; then beside restart_person "$uid"; fi
		if grep -q "^3 .* ($uid):" "$work/before"; then beside start_person "$uid"; fi
	done
}

since=$(last_change)
since=${since:-0}
loads=yes organisation=null version=
case $verb in
stop | disable) ;;
*)
	version=$(timeout -k 1 30 /usr/bin/kato --version </dev/null | grep -o -E '[0-9]+(\.[0-9]+)+' | head -n 1)
	# Without a home there is no policy but the administrator's.
	if policy=$(HOME=$work/home timeout -k 1 30 /usr/bin/kato policy show --json 2>/dev/null </dev/null); then
		organisation=$(echo "$policy" | tr -d ' \n' | grep -o -E '"organisationHash":"[0-9a-f]{64}"' | cut -d '"' -f 4)
		organisation=${organisation:-null}
	else
		loads=no
	fi
	;;
esac
if [ "$loads" = no ] && [ "$verb" != restart ]; then
	say 'no policy loads, so nobody records, and there is nothing to follow. See: kato policy check'
	[ "$verb" = check ] || exit 78
fi

: >"$work/before"
: >"$work/present"
case $verb in
check)
	if [ "$loads" = no ]; then settle; else judge; fi
	report
	status=$?
	if [ "$loads" = no ] && [ "$status" -eq 0 ]; then status=78; fi
	exit "$status"
	;;
follow)
	judge
	cp "$work/verdicts" "$work/before"
	grep ' old$' "$work/daemons" >"$work/present"
	if [ -s "$work/before" ]; then follow_all; fi
	;;
start) start_all ;;
restart)
	daemons >"$work/present"
	restart_all
	;;
enable) for name in "$@"; do beside enable_person "$name"; done ;;
disable) for name in "$@"; do beside disable_person "$name"; done ;;
stop)
	daemons >"$work/present"
	stop_all
	;;
esac
wait_for 0 $((ANSWER + LOOK + 2))
killed=no
end_daemons "$work/present" || killed=yes
case $verb in
stop | disable) : >"$work/verdicts" ;;
*) settle ;;
esac
case $verb in enable | disable) for name in "$@"; do note_enabling "$name"; done ;; esac
# Without a policy, or after a stop, nobody's daemon goes on, whoever started it again.
if [ "$loads" = no ] || [ "$verb" = stop ]; then
	daemons >"$work/present"
	end_daemons "$work/present" || sleep 1
	daemons >"$work/left"
	# What was started since is refused once it reads the policy, which takes a moment. Who goes on, stays.
	tries=$SETTLE
	while [ -s "$work/left" ] && [ "$tries" -gt 0 ]; do
		sleep 1
		tries=$((tries - 1))
		daemons | grep -F -x -f "$work/left" >"$work/stayed"
		mv "$work/stayed" "$work/left"
	done
	cut -d ' ' -f 2 "$work/left" | sort -u >"$work/named"
	: >"$work/verdicts"
	while read -r uid; do verdict 1 "$(name_of "$uid")" 'goes on, though it was killed'; done <"$work/named"
	killed=no
fi
sort -u "$work/before" | while read -r _ who why; do
	grep -q "^[13] $who " "$work/verdicts" || echo "everyone: kato of $who follows now, and did not: ${why#*: }"
done
report
status=$?
if [ "$killed" = yes ]; then status=1; fi
exit "$status"
