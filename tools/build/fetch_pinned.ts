/** One file of one npm package, exactly as pinned; fetched once, and checked each time. */
import { createHash } from "node:crypto";
import type { Pin } from "./pins.ts";
import { BuildError, runProgram } from "./run_program.ts";

/** @param cache The folder that keeps packages between builds. Its content is not trusted. */
export async function fetchPinned(
  pin: Pin,
  version: string,
  cache: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const archive = `${cache}/${pin.name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
  Deno.mkdirSync(cache, { recursive: true });
  if (!isPinned(archive, pin)) {
    await runProgram("npm", ["pack", "--silent", `${pin.name}@${version}`], { cwd: cache });
    if (!isPinned(archive, pin)) {
      throw new BuildError(`${pin.name} ${version} is not the package that packaging/pins.json names`);
    }
  }
  const bytes = await runProgram("tar", ["-xzOf", archive, pin.file], { cwd: cache });
  if (sha256(bytes) !== pin.sha256) {
    throw new BuildError(
      `${pin.file} of ${pin.name} ${version} is not the file that packaging/pins.json names`,
    );
  }
  return bytes;
}

function isPinned(archive: string, { integrity }: Pin): boolean {
  try {
    const hash = createHash("sha512").update(Deno.readFileSync(archive)).digest("base64");
    return `sha512-${hash}` === integrity;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
