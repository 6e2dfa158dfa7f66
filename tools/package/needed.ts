/** The programs that packaging starts, and the Debian packages that have them. Pure. */
import type { Architecture } from "../build/pins.ts";
import type { Kind } from "./layout.ts";

/** A program, and its package. */
export type Needed = readonly [program: string, inPackage: string];

const ALWAYS: readonly Needed[] = [["npm", "npm"], ["tar", "tar"], ["make", "make"]];

const BY_KIND: Readonly<Record<Kind, readonly Needed[]>> = {
  deb: [["dpkg-buildpackage", "dpkg-dev"], ["dh", "debhelper"], ["dh_apparmor", "dh-apparmor"]],
  rpm: [["rpmbuild", "rpm"]],
  tarball: [["gzip", "gzip"]],
};

const CROSS: Readonly<Record<Architecture, string>> = {
  x64: "x86-64-linux-gnu",
  arm64: "aarch64-linux-gnu",
};

/** @param toolsFor The beginning of the names of an architecture's tools, here. */
export function neededFor(
  kinds: readonly Kind[],
  architectures: readonly Architecture[],
  toolsFor: (architecture: Architecture) => string,
): readonly Needed[] {
  const compilers = architectures.flatMap((architecture): readonly Needed[] => {
    const prefix = toolsFor(architecture);
    return prefix === ""
      ? [["cc", "gcc"], ["strip", "binutils"]]
      : [[`${prefix}gcc`, `gcc-${CROSS[architecture]}`], [
        `${prefix}strip`,
        `binutils-${CROSS[architecture]}`,
      ]];
  });
  return [...ALWAYS, ...compilers, ...kinds.flatMap((kind) => BY_KIND[kind])];
}

/** What to install; null: all are here. */
export function sayMissing(missing: readonly Needed[]): string | null {
  if (missing.length === 0) return null;
  const programs = missing.map(([program]) => program).join(", ");
  const packages = [...new Set(missing.map(([, inPackage]) => inPackage))].join(" ");
  return `not installed: ${programs}. On Debian: sudo apt install ${packages} (Fedora names some otherwise)`;
}
