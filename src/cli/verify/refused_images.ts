/** Images that a file has as lines alone, because they were refused. Requires read on the audit log. */
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

export interface Refusal {
  readonly reason: string;
  /** Where the file links the image first, which was kept later; Infinity: it never does. */
  readonly until: number;
}

/**
 * Each by its name. The file alone proves nothing: the audit log must have the refusal. What the file links was refused
 * only where the log says that it was kept later; an export that refused it may have been followed by one that did not.
 */
export function findRefused(file: CheckedFile, path: string, logs: string): ReadonlyMap<string, Refusal> {
  if (file.find(0, "(not kept: ") === file.size) return new Map();
  const folder = `${imageFolderOf(path)}/`;
  const refused = new Map<string, string>();
  const keptLater = new Map<string, string>();
  for (const record of findRecords(logs, [JSON.stringify(folder).slice(0, -1)])) {
    if (record.path?.startsWith(folder) !== true) continue;
    const name = record.path.slice(folder.length);
    const reason = refused.get(name);
    if (record.decision === "deny") refused.set(name, record.reason);
    else if (reason !== undefined) {
      refused.delete(name);
      keptLater.set(name, reason);
    }
  }
  const found = new Map([...refused].map(([name, reason]) => [name, { reason, until: Infinity }]));
  if (refused.size + keptLater.size === 0) return found;
  for (const [name, until] of firstLinks(file, path)) {
    const reason = keptLater.get(name);
    if (reason === undefined) found.delete(name);
    else found.set(name, { reason, until });
  }
  return found;
}

/** The images that the file links, each with the place of its first link. */
function firstLinks(file: CheckedFile, path: string): ReadonlyMap<string, number> {
  const words = `](${imageLink(basename(imageFolderOf(path)), "")}`;
  const places = new Map<string, number>();
  let at = file.find(0, words);
  for (let links = 0; at < file.size && links < LINKS; links += 1) {
    const name = file.textAt(at + words.length, NAME_BYTES).split(")", 1)[0] ?? "";
    if (!places.has(name)) places.set(name, at);
    at = file.find(at + words.length, words);
  }
  return places;
}
