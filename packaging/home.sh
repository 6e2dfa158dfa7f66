#!/bin/sh
# /usr/lib/kato/home PERSON: has kato@PERSON.service see the person's home where the user database says that it is.
# kato-setup@.service starts it as root. The unit itself names /home/PERSON, for systemd has no word for the home of a
# user of a system's unit. For another home this writes a drop-in that is gone with the next boot. It reads the user
# database and the units' files, and nothing of the person's.
set -eu

person=$1
unit=kato@$person.service
dropin=/run/systemd/system/$unit.d/99-home.conf

refuse() {
	echo "<3>kato cannot start: $*" >&2
	exit 78
}

home=$(timeout -k 1 20 getent passwd "$person" | cut -d : -f 6)
case $home in
'') refuse "the user database has no home for $person. See: getent passwd $person" ;;
*[!A-Za-z0-9/._@+-]* | [!/]* | / | */ | *//* | */./* | */../* | */. | */..)
	refuse "the home of $person, $home, is no path that a unit can name. Letters, digits and . _ @ + - can be used"
	;;
esac

wanted=
if [ "$home" != "/home/$person" ]; then
	files=$(systemctl show --property=FragmentPath,DropInPaths --value "$unit" | tr ' ' '\n' | grep -v -F -x "$dropin")
	# shellcheck disable=SC2086 # Each word is a file.
	lines=$(sed '/^[#;]/d' $files)
	# Every list that has to do with a home is taken back first: an empty BindReadOnlyPaths= takes back BindPaths=, too.
	keys=$(echo "$lines" | sed -n 's|^\([A-Za-z]*\)=.*/home/%i.*|\1|p' | sort -u)
	for key in $keys; do
		wanted="$wanted$key=
"
	done
	for key in $keys; do
		wanted="$wanted$(echo "$lines" | sed -n "s|/home/%i|$home|g; /^$key=./p")
"
	done
	wanted="# Written by /usr/lib/kato/home at each start. The home of $person is $home.
[Service]
$wanted"
fi
if [ "$wanted" = "$(cat "$dropin" 2>/dev/null)
" ] || { [ -z "$wanted" ] && [ ! -e "$dropin" ]; }; then exit 0; fi
# kato doctor reads it as the person.
umask 022
mkdir -p "${dropin%/*}"
if [ -n "$wanted" ]; then printf '%s' "$wanted" >"$dropin"; else rm -f "$dropin"; fi
systemctl daemon-reload
