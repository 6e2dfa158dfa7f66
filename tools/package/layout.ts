/** Which file of the checkout and of a build lies where in a package. READS the names in their folders. */
import type { Architecture } from "../build/pins.ts";

export const FORMATS = ["deb", "rpm"] as const;
export type Format = typeof FORMATS[number];

/** What `deno task package` makes. */
export const KINDS = [...FORMATS, "tarball"] as const;
export type Kind = typeof KINDS[number];

/** The formats' names of the architectures. */
export const NAMES: Readonly<Record<Format, Readonly<Record<Architecture, string>>>> = {
  deb: { x64: "amd64", arm64: "arm64" },
  rpm: { x64: "x86_64", arm64: "aarch64" },
};

export interface Place {
  /** A file, by its absolute path. */
  readonly from: string;
  /** Below the root of an installed system. */
  readonly to: string;
  readonly mode: 0o644 | 0o755;
  /** How it is changed on its way: compressed, or symbols taken out. */
  readonly by?: "gzip" | "strip";
}

/** Folders that are there although a package puts nothing into them. */
export const EMPTY_FOLDERS = ["etc/kato/policy.d"] as const;

/** The folder in which zsh looks for the completions of packages. */
const ZSH: Readonly<Record<Format, string>> = {
  deb: "usr/share/zsh/vendor-completions",
  rpm: "usr/share/zsh/site-functions",
};

/** The files of lib/kato that can be executed. */
const PROGRAMS = ["deno", "facts"];

/** Programs of lib/kato that root runs, and a part of one; each is `NAME.sh` in `packaging`. */
export const SCRIPTS = { "everyone": 0o755, "fleet-stop": 0o755, "home": 0o755, "verdicts": 0o644 } as const;

const DOCUMENTATION = "usr/share/doc/kato";

/** @param dist The output of `deno task build`. */
export function placesOf(root: string, dist: string, format: Format): readonly Place[] {
  const packaging = `${root}/packaging`;
  return [
    { from: `${dist}/bin/kato`, to: "usr/bin/kato", mode: 0o755, by: "strip" },
    ...filesBelow(`${dist}/lib/kato`).map((file): Place => ({
      from: `${dist}/lib/kato/${file}`,
      to: `usr/lib/kato/${file}`,
      mode: PROGRAMS.includes(file) ? 0o755 : 0o644,
      // The runtime stays the file that its makers published.
      ...(file === "facts" ? { by: "strip" as const } : {}),
    })),
    ...unitPlaces(`${packaging}/systemd`),
    ...filesBelow(`${packaging}/man`).map((page): Place => ({
      from: `${packaging}/man/${page}`,
      to: `usr/share/man/man${page.at(-1)}/${page}.gz`,
      mode: 0o644,
      by: "gzip",
    })),
    ...plain(`${packaging}/completions`, {
      "kato.bash": "usr/share/bash-completion/completions/kato",
      "_kato": `${ZSH[format]}/_kato`,
      "kato.fish": "usr/share/fish/vendor_completions.d/kato.fish",
    }),
    ...plain(packaging, { "policy.toml": "etc/kato/policy.toml" }),
    ...Object.entries(SCRIPTS).map(([name, mode]): Place => ({
      from: `${packaging}/${name}.sh`,
      to: `usr/lib/kato/${name}`,
      mode,
    })),
    ...(format === "deb" ? plain(`${packaging}/apparmor`, { kato: "etc/apparmor.d/kato" }) : []),
    ...documentation(root),
  ];
}

/** Units of the user's manager, templates for the system's, and drop-ins that an administrator chooses. */
function unitPlaces(folder: string): Place[] {
  return filesBelow(folder).flatMap((file): Place[] => {
    const from = `${folder}/${file}`;
    if (file.endsWith("@.service")) return [{ from, to: `usr/lib/systemd/system/${file}`, mode: 0o644 }];
    if (/\.(?:service|path)$/.test(file)) return [{ from, to: `usr/lib/systemd/user/${file}`, mode: 0o644 }];
    if (file.endsWith(".conf")) return [{ from, to: `usr/share/kato/systemd/${file}`, mode: 0o644 }];
    return [];
  });
}

/** In the folders that they have in the checkout, so that they still find each other. */
function documentation(root: string): Place[] {
  const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md"];
  const folders = ["docs", "policy", "packaging/ansible", "packaging/examples"].flatMap((folder) =>
    filesBelow(`${root}/${folder}`).map((file) => `${folder}/${file}`)
  ).filter((file) => !/\/\.[^/]*$/.test(file)); // files of tools that check the checkout
  return [
    ...[...pages, ...folders].map((file): Place => ({
      from: `${root}/${file}`,
      to: `${DOCUMENTATION}/${file}`,
      mode: 0o644,
    })),
    { from: `${root}/CHANGELOG.md`, to: `${DOCUMENTATION}/changelog.gz`, mode: 0o644, by: "gzip" },
  ];
}

function plain(folder: string, files: Readonly<Record<string, string>>): Place[] {
  return Object.entries(files).map(([file, to]) => ({ from: `${folder}/${file}`, to, mode: 0o644 }));
}

/** Paths below `folder`, in order; none if it is not there. */
export function filesBelow(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
      isDirectory ? filesBelow(`${folder}/${name}`).map((file) => `${name}/${file}`) : [name]
    ).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
