/** The YAML block at the head of a recording. */
import type { RenderHead } from "../protocol/render.ts";
import { neutralise } from "./neutralise.ts";

/** Nothing in it changes when the file grows. */
export function frontmatter(head: RenderHead, title: string): string {
  const { provider, session, project, started, client } = head.meta;
  const lines = ["---", `title: ${quote(title)}`, `provider: ${provider}`, `session: ${quote(session)}`];
  if (project !== null) lines.push(`project: ${quote(project)}`);
  if (started !== null) lines.push(`started: ${quote(started)}`);
  if (client !== null) lines.push(`client: ${quote(client)}`);
  if (head.range !== undefined) lines.push(`range: ${quote(head.range)}`);
  lines.push("format: kato/1", "---", "");
  return lines.join("\n");
}

/**
 * Always quoted: no reader may take `null`, `yes`, `1e3` or a date for more than text. JSON strings are YAML. Programs
 * that fill in templates read this block, too.
 */
function quote(value: string): string {
  return JSON.stringify(neutralise(value)).replaceAll("<%", "\\u003c%");
}
