/**
 * Tools and rights that some tests need and not every machine has. A test without them is skipped, and not left out: its
 * name says what is missing, and which task or variable brings it.
 */
export interface Need {
  readonly isMet: boolean;
  /** The missing thing, and the task or variable that brings it. */
  readonly otherwise: string;
}

/** Name of a test that runs only where all `needs` are met. */
export function onlyWith(
  name: string,
  ...needs: readonly Need[]
): { readonly name: string; readonly ignore: boolean } {
  const missing = [...new Set(needs.filter(({ isMet }) => !isMet).map(({ otherwise }) => otherwise))];
  return missing.length === 0
    ? { name, ignore: false }
    : { name: `${name} (skipped: ${missing.join("; ")})`, ignore: true };
}

const isRoot = Deno.uid() === 0;

export const ROOT: Need = { isMet: isRoot, otherwise: "it takes root: run the same task as root" };

export const NOT_ROOT: Need = {
  isMet: !isRoot,
  otherwise: "nothing is closed to root: run the same task as another user",
};

const found = new Map<string, boolean>();

/** A program of the PATH. `package`: Debian's name of the package that has it. */
export function program(name: string, inPackage = name): Need {
  const isMet = found.get(name) ?? isOnPath(name);
  found.set(name, isMet);
  return { isMet, otherwise: `there is no ${name}: install ${inPackage}, which .ci/run does` };
}

function isOnPath(name: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return folders.some((folder) => {
    try {
      const { isFile, mode } = Deno.statSync(`${folder}/${name}`);
      return isFile && ((mode ?? 0) & 0o111) !== 0;
    } catch {
      return false; // not there, or not ours to look at
    }
  });
}
