/* Made by `deno task generate`: the plans of lines that depend on nothing but home and program. */
#ifndef KATO_PLANS_H
#define KATO_PLANS_H

/* Both have one length. */
#define HOME_MARK "/%h"
#define PROGRAM_MARK "/%p"

#define KNOWN_PLANS \
  {"status", \
    "kato-plan 1\0" \
    "hash none\0" \
    "profile cli-read:status\0" \
    "role cli-read:status\0" \
    "read /%p\0" \
    "read /etc/kato\0" \
    "read /%h/.kato/config\0" \
    "read /%h/.kato/state/status.json\0" \
    "read /%h/.kato/state/daemon.lock\0" \
    "env HOME\0" \
    "env TZ\0" \
    "env LANG\0" \
    "env LC_ALL\0" \
    "env LC_TIME\0" \
    "env TERM\0" \
    "env COLUMNS\0" \
    "env NO_COLOR\0" \
    "env FORCE_COLOR\0" \
    "env CLICOLOR_FORCE\0" \
    "sys uid\0" \
    "end\0", \
    308}, \
  {"status --json", \
    "kato-plan 1\0" \
    "hash none\0" \
    "profile cli-read:status\0" \
    "role cli-read:status\0" \
    "read /%p\0" \
    "read /etc/kato\0" \
    "read /%h/.kato/config\0" \
    "read /%h/.kato/state/status.json\0" \
    "read /%h/.kato/state/daemon.lock\0" \
    "env HOME\0" \
    "env TZ\0" \
    "env LANG\0" \
    "env LC_ALL\0" \
    "env LC_TIME\0" \
    "env TERM\0" \
    "env COLUMNS\0" \
    "env NO_COLOR\0" \
    "env FORCE_COLOR\0" \
    "env CLICOLOR_FORCE\0" \
    "sys uid\0" \
    "end\0", \
    308}, \
  {"status --watch", \
    "kato-plan 1\0" \
    "hash none\0" \
    "profile cli-read:status\0" \
    "role cli-read:status\0" \
    "read /%p\0" \
    "read /etc/kato\0" \
    "read /%h/.kato/config\0" \
    "read /%h/.kato/state/status.json\0" \
    "read /%h/.kato/state/daemon.lock\0" \
    "env HOME\0" \
    "env TZ\0" \
    "env LANG\0" \
    "env LC_ALL\0" \
    "env LC_TIME\0" \
    "env TERM\0" \
    "env COLUMNS\0" \
    "env NO_COLOR\0" \
    "env FORCE_COLOR\0" \
    "env CLICOLOR_FORCE\0" \
    "sys uid\0" \
    "end\0", \
    308}
#endif
