/** /usr/lib/kato/home: root writes the home of a person into a unit, so it takes only a path that is one there. */
import assert from "node:assert/strict";

const HOME = new URL("../../packaging/home.sh", import.meta.url).pathname;

/** Runs it beside a user database that says this of ada, and a systemctl that notes that it was called. */
async function runHome(entry: string | null) {
  const folder = Deno.makeTempDirSync({ prefix: "kato-home-" });
  try {
    Deno.writeTextFileSync(`${folder}/passwd`, entry === null ? "" : `ada:x:1000:1000::${entry}:/bin/sh\n`);
    const programs = { getent: `cat ${folder}/passwd`, systemctl: `touch ${folder}/called` };
    for (const [name, line] of Object.entries(programs)) {
      Deno.writeTextFileSync(`${folder}/${name}`, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    }
    const { code, stderr } = await new Deno.Command("sh", {
      args: [HOME, "ada"],
      clearEnv: true,
      env: { PATH: `${folder}:/usr/bin:/bin` },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    const isCalled = [...Deno.readDirSync(folder)].some(({ name }) => name === "called");
    return { code, err: new TextDecoder().decode(stderr), isCalled };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** null: the user database does not know the person. */
const REFUSED: readonly (string | null)[] = [
  null,
  "",
  "/",
  "//",
  "srv/ada",
  "./ada",
  "/srv/ada/",
  "/srv//ada",
  "/srv/./ada",
  "/srv/../etc",
  "/srv/.",
  "/srv/..",
  "/srv/ada lovelace",
  "/srv/ada\tlovelace",
  "/srv/%h",
  "/srv/$HOME",
  '/srv/"ada"',
  "/srv/'ada'",
  "/srv/ada\\x2f",
  "/srv/ada;id",
  "/srv/ada\u007f",
  "/srv/ädä",
];

for (const entry of REFUSED) {
  Deno.test(`home refuses ${entry === null ? "a person whom nobody knows" : JSON.stringify(entry)}`, async () => {
    const { code, err, isCalled } = await runHome(entry);
    assert.equal(code, 78, err);
    // The first word has the journal keep it as an error.
    assert.match(
      err,
      /^<3>kato cannot start: the (?:user database has no home for|home of) ada.*\. [A-Z].*\n$/,
    );
    assert.equal(isCalled, false, "no unit is looked at");
  });
}

Deno.test("home has nothing to do for a home that the unit names by itself", async () => {
  assert.deepEqual(await runHome("/home/ada"), { code: 0, err: "", isCalled: false });
});
