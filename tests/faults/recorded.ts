/**
 * What a disk holds after a power failure, from the calls that injector.c wrote down. Strict: content counts only as of
 * the last flush of its file, and a name only as of the last flush of its folder.
 */
import { dirname } from "@std/path";
import { KINDS } from "./injector.ts";

interface Content {
  /** As programs see it. */
  now: Uint8Array;
  /** As the disk has it. */
  kept: Uint8Array;
}

export type Files = ReadonlyMap<string, Uint8Array>;

/** Every regular file below `folder`. */
export function readFiles(folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) { for (const [own, bytes] of readFiles(path)) files.set(own, bytes); }
    if (isFile) files.set(path, Deno.readFileSync(path));
  }
  return files;
}

function put(now: Uint8Array, at: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.max(now.length, at + data.length));
  bytes.set(now);
  bytes.set(data, at);
  return bytes;
}

function cut(now: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(now.subarray(0, length));
  return bytes;
}

/** What the disk holds after each flush, in order, from `before` on. Content that did not change is the same object. */
export function replay(before: Files, record: Uint8Array): Files[] {
  const start = [...before].map(([path, bytes]) => [path, { now: bytes, kept: bytes }] as const);
  const names = new Map<string, Content>(start);
  let kept = new Map<string, Content>(start);
  const states: Files[] = [];
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const decoder = new TextDecoder();

  function flushFolder(folder: string): void {
    const others = [...kept].filter(([path]) => dirname(path) !== folder);
    kept = new Map([...others, ...[...names].filter(([path]) => dirname(path) === folder)]);
  }

  function step(kind: string | undefined, path: string, second: string, at: number, data: Uint8Array): void {
    const file = names.get(path);
    if (kind === "open") {
      if (file === undefined) names.set(path, { now: new Uint8Array(), kept: new Uint8Array() });
      else file.now = new Uint8Array();
    } else if (kind === "write" && file !== undefined) file.now = put(file.now, at, data);
    else if (kind === "truncate" && file !== undefined) file.now = cut(file.now, at);
    else if (kind === "unlink") names.delete(path);
    else if ((kind === "rename" || kind === "link") && file !== undefined) {
      names.set(second, file);
      if (kind === "rename") names.delete(path);
    } else if (kind === "sync") {
      if (file !== undefined) file.kept = file.now;
      else flushFolder(path);
      states.push(new Map([...kept].map(([name, content]) => [name, content.kept])));
    }
  }

  for (let from = 0; from < record.length;) {
    const [kind = 0, first = 0, second = 0, length = 0] = [0, 4, 8, 12].map((at) =>
      view.getUint32(from + at, true)
    );
    const at = Number(view.getBigInt64(from + 16, true));
    const text = from + 24;
    const path = decoder.decode(record.subarray(text, text + first));
    const other = decoder.decode(record.subarray(text + first, text + first + second));
    from = text + first + second + length;
    step(KINDS[kind], path, other, at, record.subarray(from - length, from));
  }
  return states;
}

/** Makes the files below `folder` those of `files`. What is there keeps its inode, as after a real power failure. */
export function restore(folder: string, files: Files): void {
  for (const path of readFiles(folder).keys()) if (!files.has(path)) Deno.removeSync(path);
  for (const [path, bytes] of files) {
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeFileSync(path, bytes, { mode: 0o600 });
  }
}
