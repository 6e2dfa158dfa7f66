#!/bin/sh
# Installs kato from the folder that this script lies in, or removes it again, where there is no package of kato's.
# docs/install.md describes it. It fetches nothing, and starts nothing that does not run already.
set -eu
umask 022

say_usage() {
	cat <<'EOF'
Usage: ./install.sh [--user | --system] [--uninstall]

  --user       for yourself, below ~/.local and ~/.config/systemd/user; without root
  --system     for everybody on this machine, below /usr/local and /etc/systemd/user; as root
  --uninstall  remove the files of such an installation. ~/.kato stays: recordings, settings, security log

Without --user and --system it is --system for root, and --user for everybody else.
EOF
}

fail() {
	status=$1
	shift
	echo "install.sh: $*" >&2
	exit "$status"
}

mode='' uninstall=false
for word; do
	case $word in
	--user | --system) mode=${word#--} ;;
	--uninstall) uninstall=true ;;
	-h | --help)
		say_usage
		exit 0
		;;
	*)
		say_usage >&2
		fail 64 "unknown option $word"
		;;
	esac
done
uid=$(id -u)
if [ -z "$mode" ]; then
	if [ "$uid" = 0 ]; then mode=system; else mode=user; fi
fi

# `shown` is how units name the prefix.
case $mode in
user)
	[ "$uid" != 0 ] || fail 77 "root's own kato would record nothing. Use --system, or run this as the person"
	case ${HOME-} in /*) ;; *) fail 78 "HOME names no folder" ;; esac
	prefix=$HOME/.local shown=%h/.local units=$HOME/.config/systemd/user
	;;
system)
	[ "$uid" = 0 ] || fail 77 "--system takes root: sudo $0 --system"
	prefix=/usr/local shown=/usr/local units=/etc/systemd/user
	;;
esac
source=$(cd "$(dirname "$0")" && pwd -P)
own_units='kato.service kato-setup.service kato-failed.service kato-client.service kato-client@.path'

tell_systemd() {
	if ! command -v systemctl >/dev/null; then return; fi
	if [ "$mode" = user ]; then
		systemctl --user "$@" 2>/dev/null || true
	else
		echo "Each person whose kato runs: systemctl --user daemon-reload && systemctl --user restart kato"
	fi
}

# The files besides the program and the units, below share.
list_shared() { (cd "$source/share" && find . -type f | sed 's|^\./||'); }

remove_all() {
	if [ "$mode" = user ]; then tell_systemd disable --now kato; fi
	for unit in $own_units; do rm -f "$units/$unit"; done
	list_shared | while IFS= read -r file; do rm -f "$prefix/share/$file"; done
	rm -rf "$prefix/lib/kato" "$prefix/share/kato" "$prefix/share/doc/kato"
	rm -f "$prefix/bin/kato"
	if [ "$mode" = user ]; then tell_systemd daemon-reload; fi
	echo "kato is removed from $prefix. ~/.kato stays, with recordings, settings and the security log."
}

# The packages' units, with the places of this installation.
fill_unit() {
	# In a person's own installation, the program is the person's, and the sandbox shows only what it binds of a home.
	own=''
	if [ "$mode" = user ]; then
		own="s|find /usr/bin/kato /usr/lib/kato |find /dev/null |
			s|^BindReadOnlyPaths=%h/.kato/config\$|&\\nBindReadOnlyPaths=$shown/bin/kato $shown/lib/kato\\nNoExecPaths=$shown/lib/kato|"
	fi
	sed "$own
		s|/usr/bin/kato|$shown/bin/kato|g
		s|/usr/lib/kato|$shown/lib/kato|g
		s|/usr/share/kato|$prefix/share/kato|g" "$1"
}

install_all() {
	(cd "$source/lib/kato" && sha256sum --quiet -c SHA256SUMS) ||
		fail 78 "the files are not those of the release. Unpack them again"
	# A running program keeps its old files until it ends.
	rm -rf "$prefix/lib/kato"
	mkdir -p "$prefix/bin" "$prefix/lib/kato" "$units"
	for file in "$source/lib/kato/"*; do
		if [ -x "$file" ]; then bits=0755; else bits=0644; fi
		install -m $bits "$file" "$prefix/lib/kato/"
	done
	install -m 0755 "$source/bin/kato" "$prefix/bin/kato"
	list_shared | while IFS= read -r file; do
		mkdir -p "$prefix/share/$(dirname "$file")"
		install -m 0644 "$source/share/$file" "$prefix/share/$file"
	done
	for unit in $own_units; do
		fill_unit "$source/systemd/$unit" >"$units/$unit.new"
		mv "$units/$unit.new" "$units/$unit"
	done
	tell_systemd daemon-reload
	if [ "$mode" = user ]; then tell_systemd try-restart kato; fi
	echo "kato is in $prefix/bin. To have it record: systemctl --user enable --now kato"
	case :$PATH: in *":$prefix/bin:"*) ;; *) echo "$prefix/bin is not on your PATH: add it, or type $prefix/bin/kato" ;; esac
}

if $uninstall; then remove_all; else install_all; fi
