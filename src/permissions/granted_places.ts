/** The entries of the permission matrix, as symbols. plan.ts turns them into paths. Pure. */
/** The meaning of each entry. The documentation shows these sentences. */
export const PLACES = {
  "code": "kato's own program files",
  "settings": "`/etc/kato` and `~/.kato/config`",
  "own settings": "`~/.kato/config`",
  "kato's folder": "`~/.kato`",
  "state": "`~/.kato/state`",
  "status": "`status.json` and `daemon.lock` in `~/.kato/state`",
  "requests": "`~/.kato/state/requests`",
  "forgotten":
    "`~/.kato/state/forgotten/sessions.json`, the list of forgotten sessions, where policy allows the search",
  "logs": "`~/.kato/logs`",
  "index": "`~/.kato/index`, where policy allows the search",
  "searched roots": "the provider roots, where policy allows the search",
  "searched recordings": "`destinations.roots`, where policy allows the search",
  "logs of the index": "`~/.kato/logs`, where policy allows the search",
  "machine of the index": "`/etc/machine-id`, where policy allows the search",
  "provider roots": "the session folders of every enabled provider",
  "its provider's roots": "the session folders of this parser's provider",
  "export roots": "`destinations.roots` of the policy",
  "its destination": "the file that was decided, and the folders made for it",
  "named inputs": "the files that the command line names for reading, and what belongs beside a log",
  "named outputs":
    'the files that the command line names for writing, and with `render.images = "files"` the folder for the images of one',
  "folders of outputs": "the folders that hold them, looked at before anything is written",
  "named folders": "the folders that the command line names, or else what is there above them",
  "machine id": "`/etc/machine-id`",
  "unit files": "kato's unit files",
  "unit drop-ins": "`~/.config/systemd/user/kato.service.d`, where one of kato's unit files is there",
  "people":
    "of every person of this machine: `~/.kato/state`, `~/.kato/config`, and the links that enable kato",
  "people's homes": "the homes in `/etc/passwd`",
  "machine facts":
    "`/etc/passwd`, `/run/user`, `/run/systemd/users`, and the links that enable kato for everybody or as `kato@`",
  "host facts":
    "`/etc/os-release`, the user's lingering mark, kato's unit files, their drop-ins, and the links that enable them",
} as const;
export type Place = keyof typeof PLACES;
