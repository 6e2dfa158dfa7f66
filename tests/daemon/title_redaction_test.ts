/** The title and the generated name of a recording, under a policy's own rules for secrets. */
import assert from "node:assert/strict";
import { setStage, whenHolds } from "./stage/stage.ts";

const SECRET = "9f8a7s6d5f";

Deno.test("redacted: a recording's name, title, audit records and status have none of policy's own secrets", async () => {
  await using stage = await setStage('[redaction]\nprefixes = ["ACME-"]\nallow = ["ACME-0000000000"]\n');
  const { rows, say, home } = stage;
  say(
    rows.user(`Take ACME-0000000000, not ACME-${SECRET}.`),
    rows.user("::capture"),
    rows.assistant("Done."),
  );
  const path = () => home.status()?.recordings[0]?.destination ?? "";
  await stage.daemon.whenStatus("it is recorded", () => path() !== "");
  const name = path().slice(path().lastIndexOf("/") + 1);
  assert.match(name, /take-acme-0000000000-not-redacted-own/);
  await whenHolds(stage, name, "Done.");
  assert.match(home.readExport(name), /^title: .*ACME-0000000000, not \[redacted: own-secret\]/m);
  for (const file of [path(), home.places.auditFile, home.places.statusFile]) {
    assert.ok(!Deno.readTextFileSync(file).includes(SECRET), file);
  }
  await stage.daemon.stop();
  assert.deepEqual(
    [...Deno.readDirSync(home.places.state)].filter(({ isFile }) => isFile).map(({ name }) => name)
      .filter((name) =>
        new TextDecoder("latin1").decode(Deno.readFileSync(`${home.places.state}/${name}`)).includes(SECRET)
      ),
    [],
  );
});
