/**
 * Writes the files and tables that come from the code: the JSON Schemas of the settings files, the shipped policies,
 * completions, and the tables in the documentation and the manual pages. `deno task generate` runs it. A test compares,
 * so that no file is ever behind the code.
 */
import { parseArgs } from "node:util";
import * as z from "zod/mini";
import { completionsFor } from "../src/cli/completions/completions.ts";
import { HELP_COLUMNS } from "../src/cli/command_line/help_layout.ts";
import { helpPages, usageReference } from "../src/cli/command_line/usage_reference.ts";
import { usageHeader } from "./usage_header.ts";
import { BUILT_FROM, RUNTIME, versionLine } from "../src/version.ts";
import { PRINTED_BY } from "../src/cli/report/printed_by.ts";
import { REPORT_KINDS, reportSchema } from "../src/cli/report/reports.ts";
import { LOG_EVENTS } from "../src/daemon/log_events.ts";
import { AGENT_MEMORY } from "../src/destination/agent_memory.ts";
import { HOME_FOLDERS, RESERVED_IN_HOME, SYSTEM_LOCATIONS } from "../src/settings/folders.ts";
import { CONFIG_KEYS } from "../src/settings/config.ts";
import { DEFAULT_CONFIG, DEFAULT_POLICY } from "../src/settings/defaults.ts";
import { type Key, valueAt } from "../src/settings/keys.ts";
import { readAllowList, readLockFile } from "./dependencies/allow_list.ts";
import { broughtTable, chosenText } from "./dependencies/page.ts";
import { contactText, fillControl, fillSpec, readPublisher } from "./package/publisher.ts";
import { gateTable } from "./gates/gates.ts";
import { knownPlans } from "./known_plans.ts";
import { markdownTable } from "./markdown_table.ts";
import { RULES_FILE, rulesHash } from "./redaction_rules.ts";
import { permissionTable } from "./permission_table.ts";
import { POLICY_KEYS } from "../src/settings/merge.ts";
import { config, policy } from "../src/settings/policy.ts";
import { administratorPolicy, shippedPolicy } from "../src/settings/starter.ts";
import { CLIENT_VARIABLES } from "../src/protocol/clients.ts";
import { event } from "../src/protocol/event_schema.ts";
import { IMAGE_FOLDER_END } from "../src/destination/image_folder.ts";
import { FORMATS, IMAGE_ENDINGS } from "../src/protocol/closed_sets.ts";

import {
  clientList,
  clientTable,
  fillBullets,
  fillOrganisation,
  fillPersonUnit,
  fillProfile,
  fillUnitFolders,
  MANUAL,
  providerLoader,
  providerRegistry,
  reservedFolders,
} from "./client_places.ts";
import { fillPage } from "./manual/mdoc.ts";
import { commandsPage, keysPage, versioned } from "./manual/pages.ts";
import { fillUnit, readSystemCalls, systemCallTable, unitFilter } from "./system_calls.ts";

interface Made {
  /** Below the repository's root. */
  readonly path: string;
  /** The text that the file should have, from its present text. */
  make(now: string): string;
}

const ENFORCE = {
  description: "Administrator's files only: keys of which a person's own policy may only narrow the value.",
  type: "array",
  items: { enum: POLICY_KEYS.map(({ name }) => name) },
};

const ROOT = new URL("..", import.meta.url).pathname;
const PUBLISHER = readPublisher(ROOT);
const LIBRARIES = readAllowList(ROOT);

const SYSTEM_CALLS = readSystemCalls(read(new URL("../src/launcher/syscalls.def", import.meta.url)));

export const MADE: readonly Made[] = [
  { path: "src/launcher/tables.h", make: () => header("KATO_TABLES_H", PLACES) },
  { path: "src/launcher/clients.h", make: () => header("KATO_CLIENTS_H", OF_CLIENTS) },
  { path: "src/launcher/help.h", make: helpHeader },
  { path: "src/launcher/plans.h", make: knownPlans },
  { path: "src/launcher/usage.h", make: usageHeader },
  { path: "src/providers/registry.ts", make: providerRegistry },
  { path: "src/providers/load_provider.ts", make: providerLoader },
  { path: RULES_FILE, make: rulesHash },
  {
    path: "packaging/systemd/kato.service",
    make: (now) => fillPersonUnit(fillUnit(now, unitFilter(SYSTEM_CALLS))),
  },
  {
    path: "packaging/systemd/kato@.service",
    make: (now) => fillUnitFolders(fillUnit(now, unitFilter(SYSTEM_CALLS))),
  },
  { path: "packaging/systemd/kato-setup@.service", make: fillUnitFolders },
  { path: "packaging/apparmor/kato", make: fillProfile },
  { path: "packaging/deb/control", make: (now) => fillControl(fillBullets(now), PUBLISHER) },
  { path: "packaging/rpm/kato.spec", make: (now) => fillSpec(fillBullets(now), PUBLISHER) },
  { path: "SECURITY.md", make: (now) => fillSection(now, "contact", contactText(PUBLISHER)) },
  { path: "policy/organisation.example.toml", make: fillOrganisation },
  { path: "README.md", make: (now) => fillSection(now, "clients", clientList()) },
  { path: "docs/providers.md", make: (now) => fillSection(now, "clients", clientTable()) },
  {
    path: "docs/design/launcher.md",
    make: (now) => fillSection(now, "system calls", systemCallTable(SYSTEM_CALLS)),
  },
  { path: "policy/default.toml", make: shippedPolicy },
  { path: "packaging/policy.toml", make: administratorPolicy },
  { path: "packaging/completions/kato.bash", make: () => completionsFor("bash") },
  { path: "packaging/completions/_kato", make: () => completionsFor("zsh") },
  { path: "packaging/completions/kato.fish", make: () => completionsFor("fish") },
  {
    path: "policy/policy.schema.json",
    make: () => schemaText(policy, "A policy file of kato; every key may be left out", { enforce: ENFORCE }),
  },
  {
    path: "policy/config.schema.json",
    make: () => schemaText(config, "The configuration file of kato; every key may be left out", {}),
  },
  {
    path: "docs/event.schema.json",
    make: () =>
      JSON.stringify({ title: "One line of kato's JSONL export", ...z.toJSONSchema(event) }, withoutPage, 2) +
      "\n",
  },
  { path: "docs/reports.schema.json", make: reportsSchema },
  { path: "docs/design/permissions.md", make: (now) => fillSection(now, "permissions", permissionTable()) },
  {
    path: "docs/path-policy.md",
    make: (now) =>
      fillSection(
        fillSection(now, "reserved folders", reservedFolders()),
        "agent memory",
        agentMemoryTable(),
      ),
  },
  {
    path: "docs/dependencies.md",
    make: (now) =>
      fillSection(
        fillSection(
          fillSection(now, "program", chosenText(LIBRARIES, "program")),
          "tests",
          chosenText(LIBRARIES, "tests"),
        ),
        "brought",
        broughtTable(LIBRARIES, readLockFile(ROOT)),
      ),
  },
  { path: "docs/security-gates.md", make: (now) => fillSection(now, "gates", gateTable()) },
  { path: "docs/logs.md", make: (now) => fillSection(now, "log events", eventTable()) },
  {
    path: "docs/cli.md",
    make: (now) => fillSection(fillSection(now, "usage", usageReference()), "reports", reportTable()),
  },
  {
    path: "packaging/man/kato.1",
    make: (now) =>
      fillPage(fillPage(commandsPage(now), "clients", MANUAL.names), "client variables", MANUAL.variables),
  },
  { path: "packaging/man/kato.8", make: versioned },
  {
    path: "packaging/man/kato-policy.5",
    make: (now) =>
      keysPage(
        keysPage(now, "policy keys", POLICY_KEYS, DEFAULT_POLICY),
        "configuration keys",
        CONFIG_KEYS,
        DEFAULT_CONFIG,
      ),
  },
  {
    path: "docs/policy.md",
    make: (now) =>
      fillSection(
        fillSection(now, "policy keys", keyTable(POLICY_KEYS, DEFAULT_POLICY)),
        "configuration keys",
        keyTable(CONFIG_KEYS, DEFAULT_CONFIG),
      ),
  },
];

/** Tables that the launcher shares with the code: names, what each is for, its values. */
type Tables = readonly (readonly [name: string, says: string, values: readonly string[]])[];

const PLACES: Tables = [
  ["SYSTEM_LOCATIONS", "Nothing that a person keeps is in these.", SYSTEM_LOCATIONS],
  [
    "HOME_FOLDERS",
    "In a folder of this name, every folder beside the home is another person's home.",
    HOME_FOLDERS,
  ],
  ["DESTINATION_KINDS", "How the name of a recording ends.", FORMATS],
  ["IMAGE_FOLDER_END", "How the name of a folder for images ends.", [IMAGE_FOLDER_END]],
  ["IMAGE_KINDS", "How the name of an image in it ends.", IMAGE_ENDINGS],
];

const OF_CLIENTS: Tables = [
  [
    "RESERVED_IN_HOME",
    "In these folders programs keep settings, and clients their sessions.",
    RESERVED_IN_HOME,
  ],
  ["AGENT_MEMORY", "Agents load files of these names by themselves.", Object.values(AGENT_MEMORY).flat()],
  ["CLIENT_VARIABLES", "By these, clients are told where to keep their logs.", CLIENT_VARIABLES],
];

/** JSONL has no fields for what only pages show. */
function withoutPage(key: string, value: unknown): unknown {
  return key === "page" || key === "unknown" || key === "redacted" ? undefined : value;
}

function header(guard: string, tables: Tables): string {
  const lines = tables.flatMap(([name, says, values]) => {
    const rows = values.map((value) => `  ${JSON.stringify(value)}`).join(", \\\n");
    return ["", `/* ${says} */`, `#define ${name} \\`, rows];
  });
  return [
    "/* Made by `deno task generate`: tables that the launcher shares with the code. */",
    `#ifndef ${guard}`,
    `#define ${guard}`,
    ...lines,
    "#endif",
    "",
  ].join("\n");
}

/** The help of every command, and the version, for the launcher to answer. */
function helpHeader(): string {
  const pages = helpPages(true).map(({ path, text }) => {
    const marked = text.replaceAll("\\", "\\\\").replaceAll("\u001b[1m", "\\001").replaceAll(
      "\u001b[0m",
      "\\002",
    );
    const lines = marked.split("\n").slice(0, -1).map((line) => `    "${line.replaceAll('"', '\\"')}\\n"`);
    return `  {"${path}", \\\n${lines.join(" \\\n")}}`;
  });
  const [before, after] = versionLine(RUNTIME).split(BUILT_FROM);
  return [
    "/* Made by `deno task generate`: what the launcher answers by itself. */",
    "#ifndef KATO_HELP_H",
    "#define KATO_HELP_H",
    "",
    `#define HELP_COLUMNS ${HELP_COLUMNS}`,
    "",
    `#define VERSION_LINE(source) "${before}" source "${after}\\n"`,
    "",
    "#define HELP_PAGES \\",
    pages.join(", \\\n"),
    "#endif",
    "",
  ].join("\n");
}

/** Of a file, which is partial: nothing is required. */
function schemaText(schema: z.ZodMiniType, title: string, more: Record<string, unknown>): string {
  const { $schema, properties, ...rest } = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => void delete jsonSchema.required,
  });
  return JSON.stringify({ $schema, title, ...rest, properties: { ...more, ...properties } }, null, 2) + "\n";
}

/** One schema for each kind. A program must let keys pass that later versions add. */
function reportsSchema(): string {
  const reports = REPORT_KINDS.map((kind) => {
    const { $schema: _, ...schema } = z.toJSONSchema(reportSchema(kind), {
      override: ({ jsonSchema }) => {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    });
    return { title: PRINTED_BY[kind].replaceAll("`", ""), ...schema };
  });
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  const title = "What kato's commands print with --json";
  return JSON.stringify({ $schema, title, oneOf: reports }, null, 2) + "\n";
}

function reportTable(): string {
  const rows = REPORT_KINDS.map((kind) => [`\`${kind}\``, PRINTED_BY[kind]]);
  return markdownTable([["kind", "printed by"], ...rows]);
}

function keyTable(keys: readonly Key[], defaults: unknown): string {
  const rows = keys.map(({ name, says }) => [
    `\`${name}\``,
    `\`${JSON.stringify(valueAt(defaults, name)).replaceAll('","', '", "')}\``,
    says,
  ]);
  return markdownTable([["key", "default", "meaning"], ...rows]);
}

function agentMemoryTable(): string {
  const rows = Object.entries(AGENT_MEMORY).map(([agent, names]) => [
    agent,
    names.map((name) => `\`${name}\``).join(", "),
  ]);
  return markdownTable([["agent", "names, in any letter case"], ...rows]);
}

function eventTable(): string {
  const rows = Object.entries(LOG_EVENTS).map(([event, { level, says, fields }]) => [
    `\`${event}\``,
    level,
    says,
    fields.map((field) => `\`${field}\``).join(", "),
  ]);
  return markdownTable([["event", "level", "a line begins with", "fields"], ...rows]);
}

/** Puts `content` between `<!-- generated: name -->` and the next `<!-- end -->`. */
export function fillSection(text: string, name: string, content: string): string {
  const start = `<!-- generated: ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf("<!-- end -->", from);
  if (from < 0 || to < 0) throw new Error(`No section "${name}" to fill: expected ${start} … <!-- end -->`);
  return `${text.slice(0, from)}${start}\n\n${content}\n\n${text.slice(to)}`;
}

function read(path: URL): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The files of MADE that differ from the code, with the text that they should have. */
export function findStale(): readonly { readonly path: string; readonly text: string }[] {
  return MADE.flatMap(({ path, make }) => {
    const now = read(new URL(`../${path}`, import.meta.url));
    const text = make(now);
    return text === now ? [] : [{ path, text }];
  });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const stale = findStale();
  for (const { path, text } of stale) {
    console.log(values.check ? `${path} is behind the code: run deno task generate` : `wrote ${path}`);
    if (!values.check) Deno.writeTextFileSync(new URL(`../${path}`, import.meta.url), text);
  }
  if (values.check && stale.length > 0) Deno.exit(1);
}
