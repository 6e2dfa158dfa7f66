#!/bin/sh
# Writes what `kato fleet status` says as a textfile for the node exporter: kato-fleet-metrics.sh [FILE]
# For root. Needs jq.
set -eu

# A service of the system's has none, and kato asks for it.
export HOME="${HOME:-/root}"
file=${1:-/var/lib/prometheus/node-exporter/kato.prom}

status=0
said=$(kato fleet status --json) || status=$?
case $status in
0 | 2 | 3 | 4 | 5) ;;
*)
	echo "kato-fleet-metrics: kato fleet status ended with $status: $said" >&2
	exit 1
	;;
esac
new=$(mktemp "$(dirname "$file")/.kato.XXXXXX")
trap 'rm -f "$new"' EXIT
printf '%s' "$said" | jq -r --argjson status "$status" '
  def quoted: tojson;
  def row($name; $value): "\($name){user=\(.user // "" | quoted),uid=\"\(.uid)\"} \($value)";
  "# TYPE kato_fleet_status gauge", "kato_fleet_status \($status)",
  "# TYPE kato_fleet_time_seconds gauge", "kato_fleet_time_seconds \(now | floor)",
  "# TYPE kato_expected gauge", (.people[] | row("kato_expected"; if .expected then 1 else 0 end)),
  "# TYPE kato_running gauge", (.people[] | row("kato_running"; if .running then 1 else 0 end)),
  "# TYPE kato_problem gauge",
  (.people[] | select(.problem != null) |
    "kato_problem{user=\(.user // "" | quoted),uid=\"\(.uid)\",problem=\(.problem | quoted),reason=\(.reason // "" | quoted)} 1")
' >"$new"
chmod 0644 "$new"
mv "$new" "$file"
