/**
 * `deno task test:release [--folder FOLDER] [TESTS]`: makes a trial release of the last commit, for this machine and with little
 * compression, and runs tests/release on it: what a user does to verify and install it, in a fresh Debian, and what is then
 * refused. Needs root, for the file system. `--folder` takes a trial release that is there.
 */
import { parseArgs } from "node:util";
import { isInstalled, run } from "./system/command.ts";
import { makeArchive, unpack } from "./system/root_fs.ts";
import { closingLine, runCounted } from "./tests/run_counted.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");
const NEEDED = [
  "dpkg-buildpackage",
  "rpmbuild",
  "apt-ftparchive",
  "createrepo_c",
  "minisign",
  "gpg",
  "openssl",
];

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { folder: { type: "string" } },
  allowPositionals: true,
});

async function whyNot(): Promise<string | null> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "it takes root";
  for (const program of NEEDED) if (!await isInstalled(program)) return `there is no ${program}`;
  return null;
}

const why = await whyNot();
if (why !== null) {
  console.log(`No release was tried: ${why}.`);
  console.log(closingLine({ passed: 0, failed: 0, ignored: 0 }));
  Deno.exit(0);
}
const work = Deno.makeTempDirSync({ prefix: "kato-release-" });
try {
  const archive = await makeArchive("bookworm", `${ROOT}/.deno/system`, ["dnf", "rpm"]);
  const folder = values.folder === undefined ? `${work}/release` : Deno.realPathSync(values.folder);
  if (values.folder === undefined) {
    const options = ["--trial", "--quick", "--arch", "host", "--output", folder];
    const release = [Deno.execPath(), "task", "--quiet", "--cwd", ROOT, "release", ...options];
    // The shell of somebody who has just made keys.
    await run("sh", "-c", 'umask 077 && exec "$@"', "sh", ...release);
  }
  const root = `${work}/root`;
  await unpack(archive, root);
  const count = await runCounted({
    command: [Deno.execPath()],
    cwd: ROOT,
    env: { KATO_RELEASE: JSON.stringify({ folder, root, work }) },
    args: ["--no-check", ...positionals.length > 0 ? positionals : ["tests/release"]],
  });
  console.log(closingLine(count));
  Deno.exitCode = count.code;
} catch (error) {
  console.error(error);
  console.log(closingLine({ passed: 0, failed: 1, ignored: 0 }));
  Deno.exitCode = 1;
} finally {
  await run("rm", "-rf", "--one-file-system", work);
}
