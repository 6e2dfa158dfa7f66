#!/bin/sh
# Installs one version of kato from a signed apt repository, with an organisation's policy; for machines that no
# configuration management reaches. Run it again for another version or policy. What fails leaves no half-made
# repository and no policy that kato would refuse, and enables nothing.
#
#   install-kato.sh --repository https://packages.example.org/kato --key kato.asc --version 0.2.0-1 \
#       [--suite stable] [--policy organisation.toml] [--enable]
#
# Bring the key with this script; do not fetch it from where the packages are. --enable: for everybody, from their next
# login on.
set -eu

usage() {
  echo "usage: install-kato.sh --repository URL --key FILE --version VERSION [--suite NAME] [--policy FILE] [--enable]" >&2
  exit 64
}

say() { echo "install-kato: $*" >&2; }

repository='' key='' version='' suite=stable policy='' enable=false
while [ $# -gt 0 ]; do
  case $1 in
    --enable) enable=true; shift; continue ;;
    --repository | --key | --version | --suite | --policy) [ $# -ge 2 ] || usage ;;
    *) usage ;;
  esac
  case $1 in
    --repository) repository=$2 ;;
    --key) key=$2 ;;
    --version) version=$2 ;;
    --suite) suite=$2 ;;
    --policy) policy=$2 ;;
  esac
  shift 2
done
if [ -z "$repository" ] || [ -z "$key" ] || [ -z "$version" ]; then usage; fi
case $suite in '' | *[!A-Za-z0-9._/~+-]*) say "a suite is one word"; exit 64 ;; esac
case $repository in https://* | file:///*) ;; *) say "the repository must be https:// or file:///"; exit 64 ;; esac
[ "$(id -u)" -eq 0 ] || { say "run it as root"; exit 77; }
command -v apt-get >/dev/null || { say "there is no apt-get here"; exit 69; }
for file in "$key" ${policy:+"$policy"}; do
  [ -r "$file" ] || { say "cannot read $file"; exit 66; }
done

source=/etc/apt/sources.list.d/kato.sources
pin=/etc/apt/preferences.d/kato
trusted=/etc/apt/keyrings/kato.asc
organisation=/etc/kato/policy.d/50-organisation.toml

work=$(mktemp -d)
# What was there before comes back when something fails.
restore() {
  status=$?
  trap - EXIT
  if [ "$status" -ne 0 ]; then
    for file in "$source" "$pin" "$trusted" "$organisation"; do
      saved=$work/$(echo "$file" | tr / _)
      if [ -e "$saved" ]; then cp -p "$saved" "$file"; elif [ -d "$(dirname "$file")" ]; then rm -f "$file"; fi
    done
    say "failed; repository and policy are as they were"
  fi
  rm -rf "$work"
  exit "$status"
}
for file in "$source" "$pin" "$trusted" "$organisation"; do
  [ ! -e "$file" ] || cp -p "$file" "$work/$(echo "$file" | tr / _)"
done
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

umask 022
mkdir -p /etc/apt/keyrings
install -m 0644 "$key" "$trusted"
cat >"$source" <<END
Types: deb
URIs: $repository
Suites: $suite
Components: main
Signed-By: $trusted
END
# Nothing but kato comes from there, and only this version.
cat >"$pin" <<END
Package: kato
Pin: version $version
Pin-Priority: 990

Package: *
Pin: release o=kato
Pin-Priority: -1
END

# This repository alone, and an error where apt by itself would only warn.
apt-get update -q -o Dir::Etc::sourcelist="$source" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 \
  -o APT::Update::Error-Mode=any
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends --allow-downgrades "kato=$version"

if [ -n "$policy" ]; then
  kato policy check --as organisation "$policy"
  mkdir -p "$(dirname "$organisation")"
  install -m 0644 "$policy" "$organisation"
fi
kato policy check
if $enable; then systemctl --global enable kato.service; fi
say "kato $version is installed"
trap 'rm -rf "$work"' EXIT
# Those that run take up a new policy; who does not is named, and is the status.
/usr/lib/kato/everyone follow
