# shellcheck shell=sh
# /usr/lib/kato/verdicts: how `everyone` looks at everybody's daemon. Part of it: it has the bounds, `say`, `beside`,
# `wait_for`, `entry`, `name_of`, `as_person`, `managers` and `instances`, a folder `$work`, and what is wanted in
# `$loads`, `$organisation`, `$version` and `$since`. Reads /proc and what a person's own manager and status say; ends
# processes in end_daemons alone.
# shellcheck disable=SC2034,SC2154 # Variables of `everyone`.

# -- Daemons, as the kernel tells of them: no file of a person's has a say.

TICKS=$(getconf CLK_TCK)

# When what a daemon reads as it starts (policy, units and their drop-ins) was last changed, in hundredths of seconds.
last_change() {
	find /etc/kato /etc/systemd/user /etc/systemd/system -maxdepth 2 \
		\( -path '/etc/kato*' -o -path '*/kato.service*' -o -path '*/kato@*' -o -path '*/kato-setup*' \) \
		! -path '*.wants/*' -printf '%C@\n' 2>/dev/null | sed 's/\.\(..\).*/\1/' | sort -n | tail -n 1
}

# began PID: when it was started. Its name, which is its own to choose, ends with the last `) `.
began() {
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	ticks=$(echo "${stat##*) }" | cut -d ' ' -f 20)
	up=$(cut -d ' ' -f 1 /proc/uptime | tr -d . | sed 's/^0*//')
	echo $(($(date +%s%N) / 10000000 - ${up:-0} + ticks * 100 / TICKS))
}

# One line for each process of a daemon: PID, UID, and `old` or `new`. In the view of a unit each of kato's files is a
# mount of its own, whose path is / from here. Commands that somebody typed are not listed: they end by themselves.
daemons() {
	for exe in /proc/[0-9]*/exe; do
		file=$(readlink "$exe" 2>/dev/null) || continue
		case ${file%" (deleted)"} in / | /usr/bin/kato | /usr/lib/kato/deno) ;; *) continue ;; esac
		pid=${exe#/proc/}
		pid=${pid%/exe}
		tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" |
			grep -q -E '^(kato-(orchestrator|parser|writer)|[^ ]*kato daemon) ' || continue
		uid=$(stat -c %u "/proc/$pid" 2>/dev/null) || continue
		start=$(began "$pid") || continue
		age=new
		[ "$start" -ge "$since" ] || age=old
		case $file in *" (deleted)") age=old ;; esac
		echo "$pid $uid $age"
	done
}

# Root's last resort: all of the unit, by its control group, so that what is told to end the daemon ends as well.
end_process() {
	group=$(sed -n 's/^0:://p' "/proc/$1/cgroup" 2>/dev/null)
	case $group in
	*/kato.service | */kato.service/*) group=${group%%/kato.service*}/kato.service ;;
	/system.slice/*/kato@*.service) ;;
	*) group= ;;
	esac
	if [ -n "$group" ] && { echo 1 >"/sys/fs/cgroup$group/cgroup.kill"; } 2>/dev/null; then return; fi
	kill -s KILL "$1" 2>/dev/null
}

# end_daemons LIST: kills those of the list that still run, and names their people.
end_daemons() {
	daemons >"$work/daemons"
	while read -r pid uid _; do
		grep -q "^$pid $uid " "$work/daemons" || continue
		[ -d "/proc/$pid" ] || continue
		end_process "$pid"
		echo "$uid" >>"$work/killed"
	done <"$1"
	[ -e "$work/killed" ] || return 0
	sort -u "$work/killed" >"$work/named"
	rm "$work/killed"
	while read -r uid; do
		say "kato of $(name_of "$uid") did not end when it was told to, and was killed"
	done <"$work/named"
	return 1
}

# -- What a person's own manager and files say. Each value is taken only if it looks like one.

look() {
	as_person "$1" "$LOOK" systemctl --user show --property=ActiveState,SubState,Result,ExecMainStatus \
		kato.service kato-setup.service | head -c 4096 >"$work/$1.units"
	home=$(entry "$1" | cut -d : -f 6)
	# Not through a link in its place, not waiting for a pipe, and no more than a status has.
	as_person "$1" "$LOOK" dd "if=$home/.kato/state/status.json" iflag=nofollow,nonblock,count_bytes bs=64K \
		count=1M status=none | tr -d ' \n' >"$work/$1.status"
	as_person "$1" "$LOOK" test -L "$home/.config/systemd/user/default.target.wants/kato.service" &&
		: >"$work/$1.enabled"
}

# of_unit UID PROPERTY first|second
of_unit() {
	part='1,/^$/d'
	# shellcheck disable=SC2016 # sed's own $.
	[ "$3" = second ] || part='/^$/,$d'
	sed "$part" "$work/$1.units" 2>/dev/null | sed -n "s/^$2=\([a-z0-9-]\{1,32\}\)\$/\1/p" | head -n 1
}

# says UID PATTERN: the last word of the first thing in the status that looks so.
says() { grep -o -E -m 1 "$2" "$work/$1.status" 2>/dev/null | head -n 1 | sed 's/^.*://; s/"//g'; }

# -- Verdicts: `1 who: why` does not follow, `3 who: why` does not run. `wait`: it may be about to.

verdict() {
	echo "$1 $2: $3" >>"$work/verdicts"
	[ "${4:-}" != wait ] || pending=yes
}

judge() {
	pending=no
	: >"$work/verdicts"
	rm -f "$work"/*.units "$work"/*.status "$work"/*.enabled
	people=$(managers)
	for uid in $people; do beside look "$uid"; done
	wait_for 0 $((LOOK * 3 + 4))
	daemons >"$work/daemons"
	cut -d ' ' -f 2 "$work/daemons" | sort -u >"$work/named"
	while read -r uid; do judge_daemon "$uid"; done <"$work/named"
	[ "$loads" = yes ] || return 0
	for uid in $people; do
		grep -q "^[0-9]* $uid " "$work/daemons" || judge_manager "$uid"
	done
	for name in $(instances); do
		uid=$(entry "$name" | cut -d : -f 3)
		grep -q "^[0-9]* ${uid:-none} " "$work/daemons" || judge_instance "$name"
	done
}

# Of a daemon that runs: the kernel says since when, and its status which policy and version it has.
judge_daemon() {
	who=$(name_of "$1")
	if [ "$loads" = no ]; then
		verdict 1 "$who" 'runs, and no policy loads' wait
		return
	elif grep -q " $1 old\$" "$work/daemons"; then
		verdict 1 "$who" 'runs since before policy, units or program were last changed'
		return
	fi
	[ -e "$work/$1.status" ] || look "$1"
	pid=$(says "$1" '[{,]"pid":[0-9]{1,10}')
	if ! grep -q "^${pid:-none} $1 " "$work/daemons"; then
		verdict 1 "$who" 'runs, and its status is not to be had: ~/.kato/state/status.json' wait
		return
	fi
	hash=$(says "$1" '"organisationHash":("[0-9a-f]{64}"|null)')
	if [ -n "$hash" ] && [ "$hash" != "$organisation" ]; then
		verdict 1 "$who" 'says that it runs under another policy of the organisation' wait
	elif [ "$(says "$1" '[{,]"version":"[0-9.]{1,20}"')" != "$version" ]; then
		verdict 1 "$who" 'says that it is another version of kato' wait
	fi
}

# Of a person without a daemon. One that the person stopped is no verdict's business.
judge_manager() {
	who=$(name_of "$1")
	status=$(of_unit "$1" ExecMainStatus first)
	ended="does not run ($(of_unit "$1" Result first), status ${status:-unknown})"
	state=$(of_unit "$1" ActiveState first)
	case $state in
	'')
		# One that has just ended, with the last login, is asked of nothing.
		timeout -k 1 "$LOOK" systemctl is-active --quiet "user@$1.service" || return 0
		if [ -L /etc/systemd/user/default.target.wants/kato.service ] || [ -e "$work/$1.enabled" ]; then
			verdict 1 "$who" "does not run, and the person's service manager does not answer"
		fi
		;;
	deactivating) verdict 1 "$who" 'does not run, for its service does not end' ;;
	*)
		# A service that was to be started again waits without end for folders that failed (systemd 257).
		if [ "$(of_unit "$1" ActiveState second)" = failed ]; then
			verdict 3 "$who" 'does not run, for its folders cannot be made. The journal names them'
		elif [ "$state" = failed ]; then
			verdict 3 "$who" "$ended"
		elif [ "$state" = activating ]; then
			verdict 3 "$who" "$ended" wait
		fi
		;;
	esac
}

judge_instance() {
	ended=$(timeout -k 1 "$LOOK" systemctl show --property=ActiveState,Result,ExecMainStatus --value "kato@$1.service" |
		tr '\n' ' ')
	verdict 3 "$1 (kato@$1.service)" "does not run (${ended% })" wait
}

# Until all is well, or those that were started have had their time.
settle() {
	tries=$SETTLE
	judge
	while [ "$pending" = yes ] && [ "$tries" -gt 0 ]; do
		sleep 1
		tries=$((tries - 1))
		judge
	done
}

report() {
	[ -s "$work/verdicts" ] || return 0
	sort -u "$work/verdicts" | while read -r _ line; do say "kato of $line"; done
	! grep -q '^1 ' "$work/verdicts" || return 1
	return 3
}
