/**
 * Packages installed, upgraded, removed and purged in clean root file systems, by dpkg, by rpm and (slow) by piuparts.
 * Nothing of systemd runs in them: booted_checks.ts is about daemons that run.
 */
import { hostArchitecture } from "../build/pins.ts";
import type { Format } from "../package/layout.ts";
import { type Check, expect, expectNone, run, succeed } from "./check.ts";
import { bootedChecks } from "./booted_checks.ts";
import { emulatedChecks } from "./emulated_checks.ts";
import type { Package } from "./opened.ts";
import { baseRoot, exists, inRoot, makeRoot, PERSON } from "./roots.ts";

export interface InstallOptions {
  readonly packages: readonly Package[];
  readonly work: string;
  /** Where the base of the root file systems is kept. */
  readonly cache: string;
  /** Where root file systems with a systemd are kept. */
  readonly systems: string;
  readonly slow: boolean;
  /** Packages of the same version, of the next revision; their folder. */
  readonly buildNext: () => Promise<string>;
}

const ROOT_TOOLS = ["mmdebstrap", "tar", "chroot", "unshare"];
const MARK = "# the administrator was here\n";
const ORGANISATION = { path: "/etc/kato/policy.d/50-org.toml", text: "[recording]\ncommands = false\n" };

export function installChecks(options: InstallOptions): Check[] {
  const own = options.packages.filter(({ architecture }) => architecture === hostArchitecture());
  const checks = own.map((one): Check => ({
    name: `${one.name} is installed, upgraded, removed and purged, and leaves people's files alone`,
    needs: [...ROOT_TOOLS, one.format === "deb" ? "dpkg" : "rpm"],
    needsRoot: true,
    run: () => live(one, options),
  }));
  const thorough = own.filter(({ format }) => options.slow && format === "deb").map((one): Check => ({
    name: `piuparts finds nothing when ${one.name} is installed and purged`,
    needs: ["piuparts", "mmdebstrap"],
    needsRoot: true,
    run: async () => {
      const base = await baseRoot(options.cache);
      await succeed(["piuparts", "-d", "bookworm", "--no-upgrade-test", "--basetgz", base, one.path]);
    },
  }));
  return [
    ...checks,
    ...bootedChecks(options),
    ...thorough,
    ...emulatedChecks(options.packages, options.work),
  ];
}

interface Tool {
  install(root: string, path: string): Promise<void>;
  remove(root: string): Promise<void>;
  purge(root: string): Promise<void>;
  verify(root: string): Promise<void>;
  /** Where a changed policy.toml is after removal. */
  readonly kept: string;
}

const TOOLS: Readonly<Record<Format, Tool>> = {
  deb: {
    async install(root, path) {
      Deno.copyFileSync(path, `${root}/tmp/kato.deb`);
      await inRoot(root, ["dpkg", "--install", "/tmp/kato.deb"]);
    },
    remove: (root) => inRoot(root, ["dpkg", "--remove", "kato"]),
    purge: (root) => inRoot(root, ["dpkg", "--purge", "kato"]),
    verify: (root) => verify(["dpkg", `--root=${root}`, "--verify", "kato"]),
    kept: "/etc/kato/policy.toml",
  },
  rpm: {
    // The root is Debian's: kato's dependencies are there, but rpm does not know them.
    install: async (root, path) => void await succeed(["rpm", "--root", root, "--nodeps", "--upgrade", path]),
    remove: async (root) => void await succeed(["rpm", "--root", root, "--erase", "kato"]),
    purge: async () => {},
    verify: (root) => verify(["rpm", "--root", root, "--verify", "--nodeps", "kato"]),
    kept: "/etc/kato/policy.toml.rpmsave",
  },
};

async function verify(line: readonly string[]): Promise<void> {
  const { code, all } = await run(line);
  expect(code === 0 && all === "", `${line.join(" ")} finds changes:\n${all}`);
}

async function live(one: Package, { work, cache, buildNext }: InstallOptions): Promise<void> {
  const tool = TOOLS[one.format];
  const root = `${work}/root-${one.format}`;
  await makeRoot(root, cache);
  await tool.install(root, one.path);
  await tool.verify(root);
  expectNothingEnabled(root);
  const asPerson = (...line: readonly string[]) => inRoot(root, ["kato", ...line], PERSON);
  await asPerson("--version");
  await asPerson("init");
  await asPerson("policy", "check");
  const home = listBelow(`${root}${PERSON.home}`);
  expect(home.some((file) => file.endsWith("/policy.toml")), "kato init wrote nothing");

  await upgrade(one, root, await buildNext());
  await asPerson("policy", "check");
  await remove(one, root);
  expectNone(home.filter((file) => !listBelow(`${root}${PERSON.home}`).includes(file)), "lost from a home:");
}

/** Files of the administrator and of the organisation survive it. */
async function upgrade({ format }: Package, root: string, folder: string): Promise<void> {
  Deno.writeTextFileSync(`${root}/etc/kato/policy.toml`, MARK, { append: true });
  Deno.writeTextFileSync(`${root}${ORGANISATION.path}`, ORGANISATION.text, { mode: 0o644 });
  const next = [...Deno.readDirSync(folder)].map(({ name }) => name).find((name) => name.endsWith(format));
  await TOOLS[format].install(root, `${folder}/${next}`);
  expectNothingEnabled(root);
  expect(
    Deno.readTextFileSync(`${root}/etc/kato/policy.toml`).endsWith(MARK),
    "the upgrade lost a change of policy",
  );
}

/** The links that `systemctl enable kato@ada` and `systemctl --global enable kato` make. */
function enable(root: string): void {
  for (
    const [manager, target, unit] of [
      ["system", "multi-user.target", "kato@ada.service"],
      ["user", "default.target", "kato.service"],
    ]
  ) {
    const folder = `${root}/etc/systemd/${manager}/${target}.wants`;
    Deno.mkdirSync(folder, { recursive: true });
    Deno.symlinkSync(`/usr/lib/systemd/${manager}/${unit?.replace("ada", "")}`, `${folder}/${unit}`);
  }
}

async function remove({ format }: Package, root: string): Promise<void> {
  const tool = TOOLS[format];
  enable(root);
  await tool.remove(root);
  expectNone(
    ["/usr/bin/kato", "/usr/lib/kato"].filter((path) => exists(`${root}${path}`)),
    "left by removal:",
  );
  expect(
    Deno.readTextFileSync(`${root}${tool.kept}`).endsWith(MARK),
    "removal lost the administrator's policy",
  );
  await tool.purge(root);
  expectNothingEnabled(root);
  if (format === "deb") expect(!exists(`${root}${tool.kept}`), "purging left the administrator's policy");
  expect(
    Deno.readTextFileSync(`${root}${ORGANISATION.path}`) === ORGANISATION.text,
    "the organisation's policy is gone",
  );
  const left = [...listBelow(`${root}/usr`), ...listBelow(`${root}/var/lib/systemd`)];
  expectNone(left.filter((file) => /kato/.test(file.slice(root.length))), "left for good:");
}

/** No link of a unit to be started, of any manager. */
function expectNothingEnabled(root: string): void {
  const links = ["/etc/systemd/user", "/etc/systemd/system"].flatMap((folder) =>
    listBelow(`${root}${folder}`)
  );
  expectNone(links.filter((file) => /kato/.test(file.slice(root.length))), "enabled without anybody's word:");
}

function listBelow(folder: string): string[] {
  if (!exists(folder)) return [];
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? listBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}
