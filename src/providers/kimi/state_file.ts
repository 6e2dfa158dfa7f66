/** The file above a session's log in which the client keeps its title and its folder. Pure. */
import { basename, dirname, join } from "@std/path";
import { CLIENTS } from "../../protocol/clients.ts";
import { firstLine } from "../prompt_title.ts";
import type { SideFacts, SideFile } from "../provider.ts";
import { isRow, textOf } from "../unknown_value.ts";
import { MAIN_AGENT } from "../../protocol/event.ts";

/** A title that the person gave counts before one that the client made, and that before the first words. */
const RANKS: ReadonlyMap<unknown, number> = new Map([["custom", 2], ["generated", 1]]);

/** The folder of the logs of a session's agents; null for a log in another place. */
export function agentsOf(main: string): string | null {
  const own = dirname(main);
  const agents = dirname(own);
  return basename(own) === MAIN_AGENT && basename(agents) === "agents" ? agents : null;
}

export function stateFile(main: string): SideFile | null {
  const agents = agentsOf(main);
  if (agents === null) return null;
  return { path: join(dirname(agents), CLIENTS.kimi.sideFiles.title), says: "title", read: readState };
}

export function readState(text: string): SideFacts {
  const state = parse(text);
  if (!isRow(state)) return {};
  const { title, titleKind, isCustomTitle, cwd } = state;
  const name = firstLine(textOf(title));
  const rank = RANKS.get(titleKind ?? (isCustomTitle === true ? "custom" : undefined)) ?? 0;
  return {
    ...(name === null ? {} : { title: { text: name, rank } }),
    ...(textOf(cwd) === "" ? {} : { project: textOf(cwd) }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The client is writing it: kato reads it again with the next change of the log.
    return null;
  }
}
