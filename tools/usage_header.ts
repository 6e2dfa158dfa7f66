/** Makes src/launcher/usage.h: what each command takes, for the launcher to say what is wrong in a command line. Pure. */
import { type UsageRow, usageTable, type ValueCheck } from "../src/cli/command_line/usage_table.ts";

export function usageHeader(): string {
  const kinds: string[] = [];
  /** The place of its kind among all. */
  const kindOf = (check: ValueCheck) => {
    const kind = kindText(check);
    if (!kinds.includes(kind)) kinds.push(kind);
    return kinds.indexOf(kind);
  };
  const rows = usageTable().map((row) => rowText(row, kindOf));
  return [
    "/* Made by `deno task generate`: what each command takes. */",
    "#ifndef KATO_USAGE_H",
    "#define KATO_USAGE_H",
    "",
    "/* How a value is checked; how long it may be; its words; what to write instead of another, and of 0. */",
    "#define USAGE_KINDS \\",
    kinds.join(", \\\n"),
    "",
    "/* Path; options without a value; commands below it; what may be suggested of each; what is wrong with it alone; */",
    "/* options with a value, each with its kind; arguments: whether it must be there, may be several, and its kind. */",
    "#define USAGE_ROWS \\",
    rows.join(", \\\n"),
    "#endif",
    "",
  ].join("\n");
}

function rowText(row: UsageRow, kindOf: (check: ValueCheck) => number): string {
  const { path, flags, members, options, commands, bare } = row;
  const lists = [[path], flags, members, options, commands].map((words) => quote(words.join(" ")));
  const valued = row.valued.map(({ names, form, check }) =>
    `{${quote(names.join(" "))}, ${quote(form)}, ${kindOf(check)}}`
  );
  const given = row.arguments.map(({ name, required, several, check }) =>
    `{${quote(name)}, ${required}, ${several}, ${kindOf(check)}}`
  );
  return [
    `  {${[...lists, quote(bare)].join(", ")}, \\`,
    `   (const struct usage_option[]){${[...valued, "{NULL, NULL, 0}"].join(", ")}}, \\`,
    `   (const struct usage_argument[]){${[...given, "{NULL, false, false, 0}"].join(", ")}}}`,
  ].join("\n");
}

function kindText({ by, most, words, wrong, zero }: ValueCheck): string {
  return `  {CHECK_${by}, ${most}, ${quote(words.join(" "))}, ${quote(wrong)}, ${quote(zero)}}`;
}

/** The launcher puts it into JSON as it is. */
function quote(text: string | null): string {
  if (text === null) return "NULL";
  if (!/^[ !#-[\]-~]*$/.test(text)) throw new Error(`JSON would escape a part of ${text}`);
  return `"${text}"`;
}
