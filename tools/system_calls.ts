/** Reads the table of system calls (src/launcher/syscalls.def) for the units and for the documentation. Pure. */
import { markdownTable } from "./markdown_table.ts";

export interface SystemCall {
  readonly name: string;
  /** Who may make it: EVERYBODY, WRITING, …; LAUNCHER stands for the launcher before it confines itself. */
  readonly who: string;
  /** `any`, or the rule for its arguments. */
  readonly rule: string;
  /** The purpose of the calls around it. */
  readonly purpose: string;
}

/** Rows in the order of the table. Throws where a line is neither a row nor a comment. */
export function readSystemCalls(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  let purpose = "";
  const body = text.slice(text.indexOf("*/") + 2);
  for (const line of body.split("\n").filter((line) => line !== "")) {
    const comment = /^\/\* (.*) \*\/$/.exec(line)?.[1];
    const row = /^(?:CALL|X86)\((\w+), ([A-Z]+), (\w+)\)$/.exec(line);
    if (comment !== undefined) purpose = comment;
    else if (row?.[1] !== undefined && row[2] !== undefined && row[3] !== undefined) {
      calls.push({ name: row[1], who: row[2], rule: row[3], purpose });
    } else throw new Error(`syscalls.def: no row and no comment: ${line}`);
  }
  return calls;
}

const LINE = 110;

/** Every call of the table, as lines of a unit. */
export function unitFilter(calls: readonly SystemCall[]): string[] {
  const lines: string[] = [];
  for (const { name } of calls) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + name.length <= LINE) {
      lines[lines.length - 1] = `${last} ${name}`;
    } else {
      lines.push(`SystemCallFilter=${name}`);
    }
  }
  return lines;
}

/** `unit` with `lines` in place of the filter that it has. */
export function fillUnit(unit: string, lines: readonly string[]): string {
  const isFilter = (line: string) => line.startsWith("SystemCallFilter=");
  const old = unit.split("\n");
  const at = old.findIndex(isFilter);
  if (at < 0) throw new Error("the unit has no SystemCallFilter= to fill");
  const rest = old.filter((line) => !isFilter(line));
  return [...rest.slice(0, at), ...lines, ...rest.slice(at)].join("\n");
}

const WHO: Readonly<Record<string, string>> = {
  EVERYBODY: "everybody",
  WRITING: "orchestrator, writer, commands",
  KEEPING: "orchestrator, commands",
  FOLLOWING: "orchestrator, parser",
  MONITOR: "monitor",
  LAUNCHER: "the launcher before it confines itself",
};

/** A row for each purpose and who, for the documentation. A call with a rule for its arguments is marked. */
export function systemCallTable(calls: readonly SystemCall[]): string {
  const rows = new Map<
    string,
    { readonly who: string; readonly purpose: string; readonly names: string[] }
  >();
  for (const { name, who, rule, purpose } of calls) {
    const key = `${purpose}\n${who}`;
    const row = rows.get(key) ?? { who: WHO[who] ?? who, purpose, names: [] };
    row.names.push(rule === "any" ? `\`${name}\`` : `\`${name}\`*`);
    rows.set(key, row);
  }
  const lines = [...rows.values()].map(({ who, purpose, names }) => [purpose, who, names.join(" ")]);
  return markdownTable([["for", "who", "calls"], ...lines]);
}
