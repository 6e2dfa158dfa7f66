/** Makes calls fail by which a parser reads, as a share with a stale handle does, or a disk that cannot read. */

/** As the runtime words them. It gives no code to a stale handle. */
const ERRORS = {
  ESTALE: () => new Error("Stale file handle (os error 116)"),
  EIO: () => Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" }),
} as const;
export type Refusal = keyof typeof ERRORS;
export const REFUSALS = Object.keys(ERRORS) as Refusal[];

export interface RefusedReads extends Disposable {
  /** Calls on what is below the root so far. */
  count(): number;
}

/** From now on calls number `from` to `to` on what is below `root` fail, 1 for the next one. */
export function refuseReads(root: string, how: Refusal, from: number, to = from): RefusedReads {
  const { lstatSync, statSync, openSync, readDirSync } = Deno;
  const { readSync, statSync: statOpen } = Deno.FsFile.prototype;
  const opened = new WeakSet<Deno.FsFile>();
  let count = 0;

  function pass(isOurs: boolean): void {
    if (!isOurs) return;
    count += 1;
    if (count >= from && count <= to) throw ERRORS[how]();
  }
  const isBelow = (path: string | URL) => String(path).startsWith(root);

  Deno.lstatSync = (path) => (pass(isBelow(path)), lstatSync(path));
  Deno.statSync = (path) => (pass(isBelow(path)), statSync(path));
  Deno.readDirSync = (path) => (pass(isBelow(path)), readDirSync(path));
  Deno.openSync = (path, options) => {
    pass(isBelow(path));
    const file = openSync(path, options);
    if (isBelow(path)) opened.add(file);
    return file;
  };
  Deno.FsFile.prototype.readSync = function (buffer) {
    pass(opened.has(this));
    return readSync.call(this, buffer);
  };
  Deno.FsFile.prototype.statSync = function () {
    pass(opened.has(this));
    return statOpen.call(this);
  };
  return {
    count: () => count,
    [Symbol.dispose]() {
      Object.assign(Deno, { lstatSync, statSync, openSync, readDirSync });
      Object.assign(Deno.FsFile.prototype, { readSync, statSync: statOpen });
    },
  };
}
