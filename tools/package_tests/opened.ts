/** A package taken apart: its own fields, and its files with their modes and owners. Starts dpkg-deb or rpm. */
import type { Architecture } from "../build/pins.ts";
import { type Format, NAMES } from "../package/layout.ts";
import { expect, succeed } from "./check.ts";

export interface PackageFile {
  /** Kind and permissions as `ls -l` shows them. */
  readonly mode: string;
  readonly owner: string;
}

export interface Package {
  readonly path: string;
  readonly format: Format;
  readonly architecture: Architecture;
  /** `kato_0.2.0-1_amd64.deb` */
  readonly name: string;
  /** Its files are below this folder. */
  readonly tree: string;
  /** By path, with a slash first; folders too. */
  readonly files: ReadonlyMap<string, PackageFile>;
}

const OPENERS: Readonly<
  Record<Format, (path: string, tree: string) => Promise<ReadonlyMap<string, PackageFile>>>
> = {
  deb: openDeb,
  rpm: openRpm,
};

export async function openPackage(
  path: string,
  format: Format,
  architecture: Architecture,
  work: string,
): Promise<Package> {
  const tree = `${work}/${format}-${architecture}`;
  Deno.mkdirSync(tree, { recursive: true });
  const name = path.replace(/^.*\//, "");
  expect(name.includes(NAMES[format][architecture]), `${name} is not for ${architecture}`);
  return { path, format, architecture, name, tree, files: await OPENERS[format](path, tree) };
}

async function openDeb(path: string, tree: string): Promise<ReadonlyMap<string, PackageFile>> {
  await succeed(["dpkg-deb", "--extract", path, tree]);
  const listed = await succeed(["dpkg-deb", "--contents", path]);
  return new Map(
    listed.trimEnd().split("\n").flatMap((line) => {
      const [, mode = "", owner = "", file = ""] = /^(\S+) (\S+) +\d+ \S+ \S+ \.(\/.*?)\/?$/.exec(line) ?? [];
      return file === "" || file === "/" ? [] : [[file, { mode, owner }] as const];
    }),
  );
}

async function openRpm(path: string, tree: string): Promise<ReadonlyMap<string, PackageFile>> {
  await succeed(["sh", "-c", `rpm2cpio "$1" | cpio --quiet -idm`, "sh", path], { cwd: tree });
  const format = "[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\n]";
  const listed = await succeed(["rpm", "-qp", "--queryformat", format, path]);
  return new Map(
    listed.trimEnd().split("\n").map((line) => {
      const [mode = "", owner = "", ...file] = line.split(" ");
      return [file.join(" "), { mode, owner }] as const;
    }),
  );
}
