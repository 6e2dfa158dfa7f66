/**
 * The images of one exported session, each in a file of its own, in a folder beside the export. Each is decided as the
 * export is, made exclusively, compared with a second decision, and on the disk before the text that shows it. WRITES
 * that folder and the audit log.
 */
import { basename } from "@std/path";
import { type About, commandDecided, destinationOpened } from "../../audit/events.ts";
import type { Decision } from "../../destination/decision.ts";
import { IMAGE_ENDINGS } from "../../protocol/closed_sets.ts";
import { hasRoom, imageFolderOf } from "../../destination/image_folder.ts";
import { isSystemError, reasonOf, removeIfThere } from "../../disk/entry_at.ts";
import { imageLink, imageName, type KeepFile, type KeptImage } from "../../render/image.ts";
import { decideFor, type OutputContext } from "./decide_output.ts";
import { compare, openFile } from "./output_file.ts";

export interface ImageFiles {
  readonly keep: KeepFile;
  /** Why images are no files, with how often. */
  refusals(): ReadonlyMap<string, number>;
  /** The files and folders that were made. Their folders must be flushed. */
  made(): readonly string[];
  /** Removes what was made. */
  remove(): void;
}

/** Reasons that are about one file in the folder. Every other one is about the folder, and so about all images. */
const OF_ONE_FILE: ReadonlySet<string> = new Set([
  "not-a-regular-file",
  "hard-link",
  "not-created-by-kato",
  "too-large",
]);

/** @param path Of the export, as it was decided. */
export function keepImageFiles(path: string, about: About, context: OutputContext): ImageFiles {
  const folder = imageFolderOf(path);
  const made: string[] = [];
  const kept = new Set<string>();
  const refusals = new Map<string, number>();
  /** Why the folder gets no image. */
  let closed: string | null = null;
  let isRecorded = false;
  /** Bytes of the images that the text links. */
  let used = 0;

  function removeLast(): void {
    try {
      const last = made.pop();
      if (last !== undefined) removeIfThere(last);
    } catch (error) {
      // A folder stays with what somebody else put there.
      if (!isSystemError(error)) throw error;
    }
  }

  function refuse(reason: string): { readonly refused: string } {
    const what = `image not kept: ${reason}`;
    refusals.set(what, (refusals.get(what) ?? 0) + 1);
    return { refused: reason };
  }

  function deny(file: string, reason: Extract<Decision, { allow: false }>["reason"]) {
    context.audit.appendAll([
      commandDecided(about, { command: "kato export", requested: null }, file, "deny", reason),
    ]);
    if (!OF_ONE_FILE.has(reason)) closed = reason;
    return refuse(reason);
  }

  function write(name: string, image: KeptImage): { readonly refused: string } | null {
    const file = `${folder}/${name}`;
    const extensions = { extensions: IMAGE_ENDINGS };
    // Its name tells the bytes. An unfinished one has another size.
    const whole = { has: (_: string, { size }: { readonly size: number }) => size === image.bytes.length };
    const decision = decideFor(file, context, whole, undefined, extensions);
    if (!decision.allow) return deny(file, decision.reason);
    if (!hasRoom(context.policy, used, image.bytes.length)) return deny(file, "too-large");
    if (!isRecorded) {
      const asked = { command: "kato export", requested: null };
      context.audit.appendAll([commandDecided(about, asked, folder, "allow", "exported")]);
      isRecorded = true;
    }
    if (decision.existing?.size === image.bytes.length) return null;
    using opened = openFile(decision);
    const found = opened.statSync();
    const own = new Set([`${found.dev}:${found.ino}`]);
    const difference = compare(found, decision, decideFor(file, context, own, undefined, extensions));
    if (difference !== null) {
      context.audit.appendAll([
        destinationOpened({ ...about, destination: file }, null, "deny", difference, null),
      ]);
      closed = difference;
      return refuse(difference);
    }
    if (decision.existing === null) made.push(...decision.directories, file);
    else opened.truncateSync(0);
    const { bytes } = image;
    for (let written = 0; written < bytes.length;) written += opened.writeSync(bytes.subarray(written));
    opened.syncDataSync();
    return null;
  }

  return {
    keep(image) {
      if (closed !== null) return refuse(closed);
      const name = imageName(image);
      if (!kept.has(name)) {
        try {
          const refused = write(name, image);
          if (refused !== null) return refused;
        } catch (error) {
          if (!isSystemError(error)) throw error;
          if (made.at(-1) === `${folder}/${name}`) removeLast();
          return refuse(reasonOf(error));
        }
        kept.add(name);
        used += image.bytes.length;
      }
      return { link: imageLink(basename(folder), name) };
    },
    refusals: () => refusals,
    made: () => made,
    remove() {
      while (made.length > 0) removeLast();
    },
  };
}
