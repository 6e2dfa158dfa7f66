/** Programs from outside that a build needs besides the libraries of deno.lock, by version and by hash. */
import * as z from "zod/mini";

export const ARCHITECTURES = ["x64", "arm64"] as const;
export type Architecture = typeof ARCHITECTURES[number];

const pin = z.strictObject({
  name: z.string(),
  /** Of the package, as npm has it. */
  integrity: z.string().check(z.regex(/^sha512-[A-Za-z0-9+/]{86}==$/)),
  /** The one file that is taken out of it. */
  file: z.string(),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});
export type Pin = z.infer<typeof pin>;

const pinned = z.strictObject({
  version: z.string(),
  packages: z.strictObject({ x64: pin, arm64: pin }),
});

const pins = z.strictObject({ runtime: pinned, bundler: pinned });
export type Pins = z.infer<typeof pins>;

export function readPins(root: string): Pins {
  return pins.parse(JSON.parse(Deno.readTextFileSync(`${root}/packaging/pins.json`)));
}

/** This machine's. */
export function hostArchitecture(): Architecture {
  return Deno.build.arch === "aarch64" ? "arm64" : "x64";
}
