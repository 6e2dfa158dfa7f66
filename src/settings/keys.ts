/** The keys of a settings file, taken from its schema, and the values that one file sets. Pure. */
import { nearest } from "./nearest.ts";
import * as z from "zod/mini";
import type { FormerValues } from "./policy.ts";
import { namePart, readToml, type TomlText } from "./toml.ts";

export interface Key {
  /** `destinations.max_file_mb` */
  readonly name: string;
  /** The meaning of the key, in a sentence or two. */
  readonly says: string;
  readonly schema: z.ZodMiniType;
}

/** Every key of `schema`, in its order. A table is no key, but the first part of the names of its keys. */
export function keysOf(schema: z.ZodMiniObject, prefix = ""): readonly Key[] {
  return Object.entries(schema.shape as Record<string, z.ZodMiniType>).flatMap(([part, field]) => {
    const name = prefix + namePart(part);
    if (field instanceof z.ZodMiniObject) return keysOf(field, `${name}.`);
    return [{ name, says: z.globalRegistry.get(field)?.description ?? "", schema: field }];
  });
}

/** The value of a dotted name in a nested object that has it. */
export function valueAt(nested: unknown, name: string): unknown {
  return name.split(".").reduce<unknown>((inner, part) => (inner as Record<string, unknown>)[part], nested);
}

/** Puts values into tables by their dotted names: the reverse of `valueAt()`. */
export function nestValues(values: Iterable<readonly [string, unknown]>): unknown {
  const nested: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const parts = name.split(".");
    const last = parts.pop() ?? name;
    let table = nested;
    for (const part of parts) table = (table[part] ??= {}) as Record<string, unknown>;
    table[last] = value;
  }
  return nested;
}

/** A fault in a settings file that must be mended, or a value that does not count (a violation). */
export interface SettingsError {
  readonly file: string;
  /** From 1; null when the fault is in the file as a whole. */
  readonly line: number | null;
  readonly key: string | null;
  /** The fault, and the thing to do. */
  readonly message: string;
}

/** `/etc/kato/policy.toml:3: destinations.roots: must be …` */
export function formatSettingsError({ file, line, key, message }: SettingsError): string {
  return `${file}${line === null ? "" : `:${line}`}: ${key === null ? "" : `${key}: `}${message}`;
}

export interface Setting {
  readonly key: Key;
  readonly value: unknown;
  readonly line: number | null;
}

export interface Settings {
  readonly settings: readonly Setting[];
  readonly errors: readonly SettingsError[];
  /** Values that count, and should be written in another way. */
  readonly notes: readonly SettingsError[];
}

/** A table without a header of its own begins with the first line that is about it. */
function lineOf(name: string, lines: TomlText["lines"]): number | null {
  return [...lines].find(([known]) => known === name || known.startsWith(`${name}.`))?.[1] ?? null;
}

/** The keys that `text` sets. A file may leave keys out. An unknown key is an error, so that no typing error is silent. */
export function readSettings(
  text: string,
  file: string,
  keys: readonly Key[],
  former: FormerValues = {},
): Settings {
  const toml = readToml(text);
  if (!toml.ok) {
    return { settings: [], errors: [{ file, line: toml.line, key: null, message: toml.message }], notes: [] };
  }
  const byName = new Map(keys.map((key) => [key.name, key]));
  const tables = new Set(keys.flatMap(({ name }) => ancestors(name)));
  const names = [...tables, ...byName.keys()];
  const settings: Setting[] = [];
  const errors: SettingsError[] = [];
  const notes: SettingsError[] = [];

  const walk = (name: string, value: unknown): void => {
    const line = lineOf(name, toml.lines);
    const key = byName.get(name);
    const say = (message: string, at = line) => errors.push({ file, line: at, key: name, message });
    if (key !== undefined) {
      const now = former[name]?.get(value) ?? value;
      if (now !== value) {
        const [was, means] = [JSON.stringify(value), JSON.stringify(now)];
        notes.push({ file, line, key: name, message: `${was} is read as ${means}; write ${means}` });
      }
      const parsed = z.safeParse(key.schema, now);
      if (parsed.success) settings.push({ key, value: parsed.data, line });
      else {say(
          parsed.error.issues.map(sayIssue).join("; "),
          lineOfIssue(name, parsed.error.issues, toml.lines),
        );}
    } else if (!tables.has(name)) {
      const near = nearest(name, names);
      say(`is not a key that kato knows${near === null ? "" : `; did you mean \`${near}\`?`}`);
    } else if (!isTable(value)) {
      say(`must be a table, as in [${name}]`);
    } else {
      walkTable(`${name}.`, value);
    }
  };
  const walkTable = (prefix: string, table: Readonly<Record<string, unknown>>): void => {
    for (const [part, value] of Object.entries(table)) walk(prefix + namePart(part), value);
  };
  walkTable("", toml.value);
  return { settings, errors, notes };
}

/** In a list of tables, the line of the entry or of its key that the first finding is about. */
function lineOfIssue(
  name: string,
  [issue]: readonly z.core.$ZodIssue[],
  lines: TomlText["lines"],
): number | null {
  const [index, key] = issue?.path ?? [];
  const entry = `${name}[${String(index)}]`;
  return lines.get(`${entry}.${String(key)}`) ?? lines.get(entry) ?? lineOf(name, lines);
}

function ancestors(name: string): string[] {
  const parts = name.split(".");
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("."));
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

const EXPECTED: Readonly<Record<string, string>> = {
  boolean: "true or false",
  string: "text in quotes",
  array: 'a list, as in ["…"]',
  number: "a number",
  int: "a whole number",
};

/** Turns a finding of the schema library into a sentence about the expected value. */
function sayIssue(issue: z.core.$ZodIssue): string {
  const [index, ...fields] = issue.path;
  const of = fields.filter((field) => typeof field === "string").map((field) => `, ${field}`).join("");
  const which = index === undefined ? "" : `entry ${Number(index) + 1}${of} `;
  const isList = "origin" in issue && issue.origin === "array";
  const sayBound = (which: string, bound: number | bigint) =>
    isList
      ? `must have at ${which} ${bound} ${bound === 1 ? "entry" : "entries"}`
      : `must be at ${which} ${bound}`;
  switch (issue.code) {
    case "invalid_type":
      return `${which}must be ${EXPECTED[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `${which}must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return `${which}${sayBound("least", issue.minimum)}`;
    case "too_big":
      return `${which}${sayBound("most", issue.maximum)}`;
    case "unrecognized_keys":
      return `${which}has no key ${issue.keys.map((key) => `\`${key}\``).join(" or ")}`;
    default:
      return `${which}${issue.message}`;
  }
}
