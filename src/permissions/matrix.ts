/**
 * The permission matrix: one table with the authority of each profile. Plans, worker permissions,
 * `kato doctor --permissions`, the table in docs/design/permissions.md and the tests are all made from it. Its entries
 * are symbols; plan.ts turns them into paths.
 *
 * The room of the permissions is pure: it looks at nothing and grants nothing by itself. It says which paths, variables
 * and items each role of a command gets; launcher and hosts enforce that. It never grants network, subprocesses, native
 * code or imports.
 */
import type { Place } from "./granted_places.ts";

/** Environment variables by name. No other variable can be read. */
export const VARIABLES = {
  "person": ["HOME", "TZ", "LANG", "LC_ALL", "LC_TIME"],
  "user": ["USER"],
  "terminal": ["TERM", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"],
  "journal": ["JOURNAL_STREAM"],
} as const;
export type Variables = keyof typeof VARIABLES | "providers'";

/** Denied to every profile, without exception. */
export const DENIED = ["net", "run", "ffi", "import"] as const;

export interface Row {
  readonly profile: string;
  /** The command or role that runs under this profile. */
  readonly of: string;
  /** Whether the profile cannot run without a policy that loads. */
  readonly needsPolicy: boolean;
  readonly read: readonly Place[];
  /** Names and metadata, no content. Only the kernel's sandbox can tell this from `read`. */
  readonly list: readonly Place[];
  readonly write: readonly Place[];
  readonly env: readonly Variables[];
  /** Items of the runtime's `--allow-sys`. */
  readonly sys: readonly string[];
}

const CLI = { env: ["person", "terminal"], sys: ["uid"] } as const;
const CLI_OF_CLIENTS = { env: ["person", "terminal", "providers'"], sys: ["uid"] } as const;

export const MATRIX = [
  {
    profile: "plan",
    of: "the plan of every command, before it runs",
    needsPolicy: false,
    read: ["code", "settings"],
    list: ["provider roots", "export roots", "folders of outputs"],
    write: [],
    env: ["person", "providers'"],
    sys: ["uid"],
  },
  {
    profile: "daemon",
    of: "`kato daemon`: the orchestrator",
    needsPolicy: true,
    read: ["code", "settings", "state", "logs", "machine id"],
    list: ["export roots"],
    write: ["state", "logs"],
    env: ["person", "user", "terminal", "journal", "providers'"],
    sys: ["uid", "hostname"],
  },
  {
    profile: "parser:<provider>",
    of: "one parser for each provider",
    needsPolicy: true,
    read: ["its provider's roots"],
    list: [],
    write: [],
    env: [],
    sys: [],
  },
  {
    profile: "writer:<destination>",
    of: "one writer for each destination",
    needsPolicy: true,
    read: [],
    list: [],
    write: ["its destination"],
    env: [],
    sys: [],
  },
  {
    profile: "export",
    of: "`kato export`; without `--file` the provider roots are its inputs",
    needsPolicy: true,
    read: ["code", "settings", "status", "logs", "machine id", "named inputs"],
    list: ["export roots", "folders of outputs"],
    write: ["logs", "named outputs"],
    env: ["person", "user", "terminal", "providers'"],
    sys: ["uid", "hostname"],
  },
  {
    profile: "cli-read:status",
    of: "`kato status`",
    needsPolicy: false,
    read: ["code", "settings", "status"],
    list: [],
    write: [],
    ...CLI,
  },
  {
    profile: "cli-read:sessions",
    of: "`kato sessions`, `show`, `tail`",
    needsPolicy: true,
    read: ["code", "settings", "status", "provider roots"],
    list: [],
    write: [],
    ...CLI_OF_CLIENTS,
  },
  {
    profile: "cli-read:doctor",
    of: "`kato doctor`",
    needsPolicy: false,
    read: ["code", "settings", "status", "logs", "host facts"],
    list: ["kato's folder", "provider roots", "export roots"],
    write: [],
    env: ["person", "terminal", "providers'"],
    sys: ["uid", "osRelease", "statfs"],
  },
  {
    profile: "request",
    of: "`kato record`, `capture`, `stop`: the daemon does the work",
    needsPolicy: true,
    read: ["code", "settings", "status", "requests"],
    list: ["provider roots"],
    write: ["requests"],
    ...CLI_OF_CLIENTS,
  },
  {
    profile: "forget",
    of: "`kato forget`: the daemon forgets, this takes the session out of the index",
    needsPolicy: true,
    read: ["code", "settings", "status", "requests", "index"],
    list: ["provider roots", "export roots"],
    write: ["requests", "index"],
    ...CLI_OF_CLIENTS,
  },
  {
    profile: "clean",
    of: "`kato clean`: the daemon cleans its state, this gives back free space of the index",
    needsPolicy: true,
    read: ["code", "settings", "status", "requests", "index"],
    list: [],
    write: ["requests", "index"],
    ...CLI,
  },
  {
    profile: "policy",
    of: "`kato policy show`, `check`",
    needsPolicy: false,
    read: ["code", "settings", "named inputs"],
    list: [],
    write: [],
    ...CLI,
  },
  {
    profile: "policy:explain",
    of: "`kato policy explain`",
    needsPolicy: true,
    read: ["code", "settings", "status"],
    list: ["export roots", "named folders"],
    write: [],
    ...CLI_OF_CLIENTS,
  },
  {
    profile: "policy:edit",
    of: "`kato policy allow`, `deny`, `kato init --auto`",
    needsPolicy: true,
    read: ["code", "settings", "status", "unit drop-ins", "logs", "machine id"],
    list: ["export roots", "named folders", "unit files"],
    write: ["own settings", "unit drop-ins", "logs"],
    env: ["person", "user", "terminal", "providers'"],
    sys: ["uid", "hostname"],
  },
  {
    profile: "audit",
    of: "`kato audit verify`, `tail`",
    needsPolicy: false,
    read: ["code", "settings", "logs", "named inputs"],
    list: [],
    write: [],
    ...CLI,
  },
  {
    profile: "scan",
    of: "`kato scan`",
    needsPolicy: true,
    read: ["code", "settings", "named inputs"],
    list: [],
    write: [],
    ...CLI,
  },
  {
    profile: "verify",
    of: "`kato verify`",
    needsPolicy: true,
    read: ["code", "settings", "status", "logs", "provider roots", "named inputs"],
    list: [],
    write: [],
    ...CLI_OF_CLIENTS,
  },
  {
    profile: "seal",
    of: "`kato seal`",
    needsPolicy: true,
    read: ["code", "settings", "status", "logs", "machine id", "provider roots", "named inputs"],
    list: ["export roots", "folders of outputs"],
    write: ["logs", "named outputs"],
    env: ["person", "user", "terminal", "providers'"],
    sys: ["uid", "hostname"],
  },
  {
    profile: "search",
    of: "`kato search`",
    needsPolicy: true,
    read: [
      "code",
      "settings",
      "searched roots",
      "searched recordings",
      "forgotten",
      "index",
      "logs of the index",
      "machine of the index",
    ],
    list: [],
    write: ["index", "logs of the index"],
    env: ["person", "user", "terminal", "providers'"],
    sys: ["uid", "hostname"],
  },
  {
    profile: "search:read",
    of: "`kato search --no-update`",
    needsPolicy: true,
    read: ["code", "settings", "forgotten", "index"],
    list: [],
    write: [],
    ...CLI,
  },
  {
    profile: "fleet:status",
    of: "`kato fleet status`, for root",
    needsPolicy: false,
    read: ["code", "settings", "machine facts", "people"],
    list: ["people's homes"],
    write: [],
    ...CLI,
  },
  {
    profile: "init",
    of: "`kato init`",
    needsPolicy: false,
    read: ["code", "settings"],
    list: [],
    write: ["own settings"],
    ...CLI,
  },
  {
    profile: "help",
    of: "`kato help`, `version`, `completions`",
    needsPolicy: false,
    read: ["code"],
    list: [],
    write: [],
    ...CLI,
  },
] as const satisfies readonly Row[];

export type Profile = typeof MATRIX[number]["profile"];

/** The row of `profile`. */
export function rowOf(profile: Profile): Row {
  const row = MATRIX.find((row) => row.profile === profile);
  if (row === undefined) throw new Error(`internal error: no row for profile ${profile}`);
  return row;
}
