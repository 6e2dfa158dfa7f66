/**
 * Images that a file may have as lines alone, because they were refused when the line was written. Requires read on the audit
 * log.
 */
import { findRecords } from "../../audit/search.ts";
import { imageFolderOf } from "../../destination/image_folder.ts";
import { IMAGES_KEPT } from "../../protocol/render_limits.ts";
import { basename } from "@std/path";
import { imageLink } from "../../render/image.ts";
import type { CheckedFile } from "./checked_file.ts";

/** More links than these to the folder of a file's images are none that kato made. */
const LINKS = 4 * IMAGES_KEPT;

/** Longer than the name of an image. */
const NAME_BYTES = 64;

/** What became of one image, in order: the reason of a refusal, or null where it was kept. Never the same twice in a row. */
export type ImageHistory = readonly (string | null)[];

/**
 * Of each image that was ever refused, by its name. The file alone proves nothing: the audit log must have the refusals, and
 * their order. An image that the file never links was not kept, though an earlier export may have kept it; and one that it links
 * was kept, though the log may have nothing but the refusal of an earlier export.
 */
export function findHistories(
  file: CheckedFile,
  path: string,
  logs: string,
): ReadonlyMap<string, ImageHistory> {
  if (file.find(0, "(not kept: ") === file.size) return new Map();
  const folder = `${imageFolderOf(path)}/`;
  const told = new Map<string, (string | null)[]>();
  for (const record of findRecords(logs, [JSON.stringify(folder).slice(0, -1)])) {
    if (record.path?.startsWith(folder) !== true) continue;
    const name = record.path.slice(folder.length);
    const state = record.decision === "deny" ? record.reason : null;
    const history = told.get(name) ?? [];
    told.set(name, history);
    if (history.at(-1) !== state || history.length === 0) history.push(state);
  }
  const refused = [...told].filter(([, history]) => history.some((state) => state !== null));
  if (refused.length === 0) return new Map();
  const linked = linkedImages(file, path);
  return new Map(refused.flatMap(([name, history]) => {
    if (linked.has(name)) return history.includes(null) ? [[name, history]] : [];
    return history.at(-1) === null ? [] : [[name, withoutKept(history)]];
  }));
}

function withoutKept(history: ImageHistory): ImageHistory {
  return history.filter((state) => state !== null).filter((state, at, all) => state !== all[at - 1]);
}

/** The images that the file links. */
function linkedImages(file: CheckedFile, path: string): ReadonlySet<string> {
  const words = `](${imageLink(basename(imageFolderOf(path)), "")}`;
  const names = new Set<string>();
  let at = file.find(0, words);
  for (let links = 0; at < file.size && links < LINKS; links += 1) {
    names.add(file.textAt(at + words.length, NAME_BYTES).split(")", 1)[0] ?? "");
    at = file.find(at + words.length, words);
  }
  return names;
}
