/** Where recorded logs of the real clients are, if they are there: two folders of cases, the second of later clients. */
import type { ProviderId } from "../../src/protocol/event.ts";
import type { Need } from "../needs.ts";
import { RECORDED, RECORDED_LATER } from "./corpus_cases.ts";

const FOLDERS = Deno.env.get("KATO_CORPUS")?.split(":") ??
  ["corpus", "corpus2"].map((name) => new URL(`../../../shared/${name}/`, import.meta.url).pathname);

export interface CorpusCase {
  /** Names of cases occur in both folders: those of the second begin with `later/`. */
  readonly name: string;
  readonly path: string;
  /** That it is there. */
  readonly need: Need;
}

/** The cases of one client in the first folder that has any, by name, whether they are there or not. */
export function corpusCases(client: ProviderId): CorpusCase[] {
  return isLater(client)
    ? casesIn(FOLDERS[1], client, RECORDED_LATER[client] ?? [])
    : casesIn(FOLDERS[0], client, RECORDED[client] ?? []);
}

/** The cases of one client in both folders. */
export function allCorpusCases(client: ProviderId): CorpusCase[] {
  if (isLater(client)) return corpusCases(client);
  return [...corpusCases(client), ...casesIn(FOLDERS[1], client, RECORDED_LATER[client] ?? [], "later/")];
}

/** That any recorded logs of the client are there. */
export function corpusOf(client: ProviderId): Need {
  return needFor(`${FOLDERS[isLater(client) ? 1 : 0]}/${client}`);
}

/** Whether the client is one of those that were recorded later. */
function isLater(client: ProviderId): boolean {
  return RECORDED[client] === undefined;
}

/** Folders of cases as they are on the disk, null where there are none: what the names in corpus_cases.ts must say. */
export function casesOnDisk(client: ProviderId): readonly (readonly string[] | null)[] {
  return [FOLDERS[0], FOLDERS[1]].map((folder) => {
    const top = `${folder}/${client}`;
    if (!isFolder(top)) return null;
    return [...Deno.readDirSync(top)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
  });
}

function casesIn(
  folder: string | undefined,
  client: ProviderId,
  names: readonly string[],
  prefix = "",
): CorpusCase[] {
  return names.map((name) => {
    const path = `${folder?.replace(/\/$/, "")}/${client}/${name}`;
    return { name: `${prefix}${name}`, path, need: needFor(path) };
  });
}

function needFor(path: string): Need {
  const otherwise = "no recorded logs are here: deno task test runs it with KATO_CORPUS, see CONTRIBUTING.md";
  return { isMet: isFolder(path), otherwise };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Paths below `top`, with `/`, sorted. */
export function filesBelow(top: string, prefix = ""): string[] {
  return [...Deno.readDirSync(`${top}/${prefix}`)].flatMap((entry) =>
    entry.isDirectory ? filesBelow(top, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]
  ).sort();
}
