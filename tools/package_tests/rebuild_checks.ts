/** Packages are the same bytes wherever they are built: another folder, umask, time zone, language, number of CPUs. */
import { sha256 } from "../build/fetch_pinned.ts";
import { type Check, expect, succeed } from "./check.ts";

/** Folders of the checkout that a build does not read, or makes. */
const LEFT_OUT = [".git", ".deno", "dist", "node_modules"];

export function rebuildChecks(root: string, work: string): Check[] {
  return [{
    name: "two builds in different surroundings are the same packages",
    needs: ["dpkg-buildpackage", "rpmbuild", "taskset", "git"],
    async run() {
      const epoch = (await succeed(["git", "-C", root, "log", "-1", "--format=%ct"])).trim();
      // The copy has no git.
      const commit = (await succeed(["git", "-C", root, "rev-parse", "HEAD"])).trim();
      const source = { SOURCE_DATE_EPOCH: epoch, KATO_COMMIT: commit };
      const here = await build(root, `${work}/first`, source, {
        umask: "022",
        TZ: "UTC",
        LC_ALL: "C.UTF-8",
        cpus: "0-63",
      });
      const copy = `${work}/another-place/of-the-same`;
      Deno.mkdirSync(`${copy}/.deno/build`, { recursive: true });
      const names = [...Deno.readDirSync(root)].map(({ name }) => name).filter((name) =>
        !LEFT_OUT.includes(name)
      );
      await succeed(["cp", "-r", ...names.map((name) => `${root}/${name}`), copy]);
      // Pinned parts need not be fetched again.
      await succeed(["cp", "-r", `${root}/.deno/build/npm`, `${copy}/.deno/build/npm`]);
      const there = await build(copy, `${work}/second`, source, {
        umask: "077",
        TZ: "Pacific/Kiritimati",
        LC_ALL: "C",
        cpus: "0",
      });
      expect(
        here.length > 0 && here.join("\n") === there.join("\n"),
        [...here, "are not", ...there].join("\n"),
      );
    },
  }];
}

interface Surroundings {
  readonly umask: string;
  readonly TZ: string;
  readonly LC_ALL: string;
  readonly cpus: string;
}

/** Each package with its hash. */
async function build(
  root: string,
  output: string,
  source: Record<string, string>,
  around: Surroundings,
): Promise<string[]> {
  const { umask, TZ, LC_ALL, cpus } = around;
  const line = [Deno.execPath(), "task", "--quiet", "--cwd", root, "package", "--quick", "--output", output];
  const script = `umask ${umask}; exec taskset --cpu-list ${cpus} "$@"`;
  await succeed(["sh", "-c", script, "sh", ...line], { env: { TZ, LC_ALL, ...source } });
  return [...Deno.readDirSync(output)].map(({ name }) =>
    `${name} ${sha256(Deno.readFileSync(`${output}/${name}`))}`
  )
    .sort();
}
