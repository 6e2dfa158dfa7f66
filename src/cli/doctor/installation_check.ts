/**
 * Whether the program's files are those that were built: `SHA256SUMS` lies beside them. Requires read on the program.
 */
import { join } from "@std/path";
import { type Check, note, ok, problem } from "./check.ts";

const NAME = "installation";
const MEND = "install kato again";

/** @param code Files and folders of the program. A checkout has no sums, which is no problem. */
export async function checkInstallation(code: readonly string[]): Promise<Check> {
  const folder = code.find((place) => read(join(place, "SHA256SUMS")) !== null);
  if (folder === undefined) {
    return note(NAME, "this is a checkout, whose files have no sums to be compared with");
  }
  const lines = new TextDecoder().decode(read(join(folder, "SHA256SUMS")) ?? undefined).split("\n");
  const sums = lines.flatMap((line) => {
    const [, sum = "", name = ""] = /^([0-9a-f]{64}) {2}([^/]+)$/.exec(line) ?? [];
    return name === "" ? [] : [{ sum, name }];
  });
  for (const { sum, name } of sums) {
    const bytes = read(join(folder, name));
    if (bytes === null) return problem(NAME, `${join(folder, name)} cannot be read`, MEND);
    if (await sha256(bytes) !== sum) {
      return problem(NAME, `${join(folder, name)} is not the file that was built`, MEND);
    }
  }
  const runtime = sums.find(({ name }) => name === "deno")?.sum;
  return runtime === undefined
    ? problem(NAME, `${join(folder, "SHA256SUMS")} does not name the runtime`, MEND)
    : ok(NAME, `${sums.length} files are as they were built, the runtime's SHA-256 is ${runtime}`);
}

function read(path: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    // `code` names files too, and a folder need not have the file.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
