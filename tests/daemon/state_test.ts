/** The state of a kato that is newer than this one. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MIGRATIONS } from "../../src/daemon/migrations.ts";
import { openState } from "../../src/daemon/state.ts";

Deno.test("openState() leaves the state of a newer kato alone, and says what to do", () => {
  const folder = Deno.makeTempDirSync({ prefix: "kato-state-" });
  const path = `${folder}/kato.db`;
  try {
    const first = openState(path);
    assert.ok(first.opened);
    first.database.run("INSERT INTO facts VALUES ('installed', 'then')");
    first.database.close();
    const newer = MIGRATIONS.length + 1;
    const later = new DatabaseSync(path);
    later.exec(`PRAGMA user_version = ${newer}`);
    later.close();

    const refused = openState(path);
    assert.ok(!refused.opened);
    assert.match(
      refused.message,
      new RegExp(`newer kato \\(schema ${newer}, this one knows ${MIGRATIONS.length}\\)`),
    );
    assert.match(refused.message, /Install that version again, or move the file away/);

    const after = new DatabaseSync(path);
    assert.equal(after.prepare("PRAGMA user_version").get()?.["user_version"], newer);
    assert.equal(after.prepare("SELECT value FROM facts WHERE name = 'installed'").get()?.["value"], "then");
    after.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
