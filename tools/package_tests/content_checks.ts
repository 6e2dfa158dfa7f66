/** Checks the files of the packages, their modes, and the dependencies. */
import { sha256 } from "../build/fetch_pinned.ts";
import { readPins } from "../build/pins.ts";
import { readAllowList, readLockFile, shippedOf } from "../dependencies/allow_list.ts";
import { SCRIPTS } from "../package/layout.ts";
import { bundledLibraries } from "../package/notices.ts";
import { type Check, expect, expectNone, succeed } from "./check.ts";
import type { Package } from "./opened.ts";

/** Everything that somebody may run. */
const PROGRAMS = [
  "/usr/bin/kato",
  "/usr/lib/kato/deno",
  "/usr/lib/kato/facts",
  ...Object.entries(SCRIPTS).flatMap(([name, mode]) => mode === 0o755 ? [`/usr/lib/kato/${name}`] : []),
];

/** Files of every package. */
const FILES = [
  "/etc/kato/policy.d",
  "/etc/kato/policy.toml",
  "/usr/bin/kato",
  "/usr/lib/kato/deno",
  "/usr/lib/kato/everyone",
  "/usr/lib/kato/facts",
  "/usr/lib/kato/fleet-stop",
  "/usr/lib/kato/home",
  "/usr/lib/kato/html_writer.js",
  "/usr/lib/kato/kato.js",
  "/usr/lib/kato/parser.js",
  "/usr/lib/kato/plan.js",
  "/usr/lib/kato/runtime.json",
  "/usr/lib/kato/verdicts",
  "/usr/lib/kato/writer.js",
  "/usr/lib/systemd/system/kato@.service",
  "/usr/lib/systemd/user/kato-client.service",
  "/usr/lib/systemd/user/kato-client@.path",
  "/usr/lib/systemd/user/kato-setup.service",
  "/usr/lib/systemd/user/kato.service",
  "/usr/share/bash-completion/completions/kato",
  "/usr/share/doc/kato/README.md",
  "/usr/share/doc/kato/THIRD-PARTY.gz",
  "/usr/share/doc/kato/changelog.gz",
  "/usr/share/doc/kato/docs/cli.md",
  "/usr/share/doc/kato/policy/organisation.example.toml",
  "/usr/share/fish/vendor_completions.d/kato.fish",
  "/usr/share/kato/systemd/50-no-userns.conf",
  "/usr/share/man/man1/kato.1.gz",
  "/usr/share/man/man5/kato-policy.5.gz",
  "/usr/share/man/man8/kato.8.gz",
];

/** Where the formats differ, and nowhere else. */
const OWN = {
  deb: [
    "/etc/apparmor.d/kato",
    "/usr/share/doc/kato/changelog.Debian.gz",
    "/usr/share/doc/kato/copyright",
    "/usr/share/lintian/overrides/kato",
    "/usr/share/zsh/vendor-completions/_kato",
  ],
  rpm: ["/usr/share/licenses/kato/LICENSE", "/usr/share/zsh/site-functions/_kato"],
} as const;

/** What libc says when the protector of the stack finds an overflow. */
const STACK_PROTECTOR = new TextEncoder().encode("stack smashing detected").toHex();

/** Of Debian 12, Ubuntu 22.04 and RHEL 9. */
const NEWEST_GLIBC = 34;

export function contentChecks(root: string, packages: readonly Package[]): Check[] {
  return packages.flatMap((one) => [
    { name: `${one.name} holds what it should`, needs: [], run: () => checkFiles(one) },
    { name: `${one.name}: root's, and writable by nobody else`, needs: [], run: () => checkModes(one) },
    { name: `${one.name} has the pinned runtime`, needs: [], run: () => checkRuntime(root, one) },
    {
      name: `${one.name}: its bundles have only allowed libraries, and import nothing from elsewhere`,
      needs: [],
      run: () => checkBundles(root, one),
    },
    { name: `${one.name} enables nothing`, needs: [], run: () => checkNothingEnabled(one) },
    { name: `${one.name}: its documents find each other`, needs: [], run: () => checkLinks(one) },
    {
      name: `${one.name}: its launcher runs on glibc 2.${NEWEST_GLIBC}`,
      needs: ["readelf"],
      run: () => checkGlibc(one),
    },
    {
      name: `${one.name}: its launcher is hardened`,
      needs: ["readelf"],
      run: () => checkHardening(one),
    },
    { name: `${one.name} asks for libraries that there are`, needs: [], run: () => checkRequirements(one) },
  ]);
}

/** Packages of one architecture hold the same files, byte for byte, in both formats. */
export function sameContentChecks(packages: readonly Package[]): Check[] {
  return packages.filter(({ format }) => format === "deb").flatMap((deb) => {
    const rpm = packages.find(({ format, architecture }) =>
      format === "rpm" && architecture === deb.architecture
    );
    return rpm === undefined ? [] : [{
      name: `${deb.name} and ${rpm.name} hold the same files`,
      needs: [],
      run: () => checkSame(deb, rpm),
    }];
  });
}

function checkFiles({ files, format }: Package): void {
  expectNone([...FILES, ...OWN[format]].filter((file) => !files.has(file)), "missing:");
  const rooms =
    /^\/(?:etc\/(?:kato|apparmor\.d)|usr\/(?:bin|lib\/(?:kato|systemd)|share))(?:\/|$)|^\/(?:etc|usr|usr\/lib)$/;
  expectNone([...files.keys()].filter((file) => !rooms.test(file)), "in places that are not kato's:");
}

function checkModes({ files }: Package): void {
  const wrong = [...files].filter(([file, { mode, owner }]) => {
    const expected = mode.startsWith("d")
      ? "drwxr-xr-x"
      : PROGRAMS.includes(file)
      ? "-rwxr-xr-x"
      : "-rw-r--r--";
    return owner !== "root/root" || mode !== expected;
  });
  expectNone(
    wrong.map(([file, { mode, owner }]) => `${mode} ${owner} ${file}`),
    "modes or owners are wrong:",
  );
}

function checkRuntime(root: string, { tree, architecture }: Package): void {
  const { sha256: pinned } = readPins(root).runtime.packages[architecture];
  expect(
    sha256(Deno.readFileSync(`${tree}/usr/lib/kato/deno`)) === pinned,
    "the runtime is not the pinned file",
  );
}

/** Modules of the runtime that a bundle asks for. The permissions bound what they could do. */
const RUNTIME_MODULES = ["node:buffer", "node:fs", "node:sqlite"];
/** Of commands alone, which end soon: the hash of a seal's file, and the blocks of the search's index. */
const MODULES_OF_COMMANDS = ["node:crypto", "node:zlib"];
/** The bundles of processes that run for days. */
const ROLES = ["orchestrator.js", "parser.js", "writer.js"];

const OWN_BUNDLE = /^\.\/[a-z_-]+\d*\.js$/;

function checkBundles(root: string, { tree, files }: Package): void {
  const names = [...files.keys()].filter((file) => /^\/usr\/lib\/kato\/[^/]+\.js$/.test(file));
  const texts = names.map((file) => Deno.readTextFileSync(`${tree}${file}`));
  const shipped = shippedOf(readAllowList(root), readLockFile(root));
  const bundled = bundledLibraries(texts);
  expect(bundled.length > 0, "no bundle says which libraries it has");
  expectNone(
    bundled.filter((library) => !shipped.has(library.replace(/\/([^/]+)$/, "@$1"))),
    "libraries that are not allowed:",
  );
  const imports = new Map(names.map((file, at) => [file.replace(/.*\//, ""), importsOf(texts[at] ?? "")]));
  const allowed = [...RUNTIME_MODULES, ...MODULES_OF_COMMANDS];
  expectNone(
    [...new Set([...imports.values()].flat())].filter((name) =>
      !OWN_BUNDLE.test(name) && !allowed.includes(name)
    ),
    "imported from elsewhere:",
  );
  for (const role of ROLES) {
    expect(imports.has(role), `there is no ${role}`);
    expectNone(
      reachedFrom(role, imports).filter((name) => MODULES_OF_COMMANDS.includes(name)),
      `${role} reaches what only commands may:`,
    );
  }
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/^(?:import|export)\b[^"';()]*["']([^"'\n]+)["']|\bimport\(\s*["'`]?([^)"'`]*)/gm)]
    .map(([, statically, dynamically = ""]) => statically ?? dynamically);
}

/** All that a bundle and the bundles that it imports ask for. */
function reachedFrom(bundle: string, imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const reached = new Set([`./${bundle}`]);
  for (const name of reached) {
    for (const other of imports.get(name.slice(2)) ?? []) reached.add(other);
  }
  return [...reached];
}

function checkNothingEnabled({ files }: Package): void {
  expectNone(
    [...files.keys()].filter((file) => /\.(?:wants|requires)\/|preset/.test(file)),
    "enabled by the package:",
  );
}

function checkLinks({ tree, files }: Package): void {
  const folder = "/usr/share/doc/kato";
  const broken = [...files.keys()].filter((file) => file.startsWith(folder) && file.endsWith(".md")).flatMap(
    (page) => {
      const text = Deno.readTextFileSync(`${tree}${page}`).replace(/(`{3,})[\s\S]*?\1|`[^`]*`/g, "");
      return [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target = ""]) => ({ target, path: new URL(target, `file://${page}`).pathname }))
        .filter(({ path }) => !files.has(path)).map(({ target }) => `${page} → ${target}`);
    },
  );
  expectNone(broken, "links lead nowhere:");
}

/** What hardening leaves in a program that has no libraries: hardening-check looks for names that are only in others. */
async function checkHardening({ tree }: Package): Promise<void> {
  const program = `${tree}/usr/bin/kato`;
  const told = await succeed([
    "readelf",
    "--wide",
    "--file-header",
    "--program-headers",
    "--dynamic",
    program,
  ]);
  const wanted: readonly (readonly [what: string, is: boolean])[] = [
    ["it is no position-independent program", /Type: +DYN .*Position-Independent/.test(told)],
    ["it needs an interpreter or libraries", !/\bINTERP\b|\(NEEDED\)/.test(told)],
    ["addresses are written after its start", /GNU_RELRO/.test(told) && /\(FLAGS\) +.*BIND_NOW/.test(told)],
    ["its stack is executable", /GNU_STACK .* RW +0x/.test(told)],
    ["a part of it can be written and executed", !/ LOAD .* RWE /.test(told)],
    ["its stack is not protected", Deno.readFileSync(program).toHex().includes(STACK_PROTECTOR)],
  ];
  expectNone(wanted.filter(([, is]) => !is).map(([what]) => what), told);
}

async function checkGlibc({ tree }: Package): Promise<void> {
  const versions = await succeed(["readelf", "--version-info", `${tree}/usr/bin/kato`]);
  const newer = [...versions.matchAll(/GLIBC_2\.(\d+)/g)].filter(([, minor]) => Number(minor) > NEWEST_GLIBC);
  expectNone(newer.map(([name]) => name), "needs a newer libc:");
}

async function checkRequirements({ path, format }: Package): Promise<void> {
  const asked = format === "deb"
    ? await succeed(["dpkg-deb", "--field", path, "Depends"])
    : await succeed(["rpm", "-qp", "--requires", path]);
  expect(/\blibc6 \(>= 2\.34\)|^glibc >= 2\.34/m.test(asked), `no libc of this age is asked for: ${asked}`);
  expect(!/-cross|:arm64|:amd64/.test(asked), `a build's own libraries are asked for: ${asked}`);
}

function checkSame(deb: Package, rpm: Package): void {
  const filesOf = ({ files }: Package, own: readonly string[]) =>
    [...files].filter(([file, { mode }]) => !mode.startsWith("d") && !own.includes(file)).map(([file]) =>
      file
    ).sort();
  const [ours, theirs] = [filesOf(deb, OWN.deb), filesOf(rpm, OWN.rpm)];
  expectNone(ours.filter((file) => !theirs.includes(file)), "only in the Debian package:");
  expectNone(theirs.filter((file) => !ours.includes(file)), "only in the RPM:");
  const hash = ({ tree }: Package, file: string) => sha256(Deno.readFileSync(`${tree}${file}`));
  expectNone(ours.filter((file) => hash(deb, file) !== hash(rpm, file)), "not the same:");
}
