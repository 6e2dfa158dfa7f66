/** The permission matrix as Markdown, for docs/design/permissions.md. */
import { PLACES } from "../src/permissions/granted_places.ts";
import { DENIED, MATRIX, type Row, VARIABLES } from "../src/permissions/matrix.ts";
import { markdownTable } from "./markdown_table.ts";

export function permissionTable(): string {
  const rows = (MATRIX as readonly Row[]).map(({ profile, of, read, list, write, env, sys }) => [
    `\`${profile}\``,
    of,
    cell(read),
    cell(list),
    cell(write),
    cell(env),
    cell(sys),
    ...DENIED.map(() => "never"),
  ]);
  const head = ["profile", "who", "read", "list", "write", "env", "sys", ...DENIED];
  const variables = Object.entries(VARIABLES).map(([name, names]) => [
    name,
    names.map((variable) => `\`${variable}\``).join(", "),
  ]);
  return [
    markdownTable([head, ...rows]),
    markdownTable([["entry", "stands for"], ...Object.entries(PLACES)]),
    markdownTable([
      ["env", "stands for"],
      ...variables,
      ["providers'", "the variables by which a provider's own client finds its folder"],
    ]),
  ].join("\n\n");
}

function cell(entries: readonly string[]): string {
  return entries.length === 0 ? "nothing" : entries.join(", ");
}
