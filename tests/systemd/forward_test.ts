/** The unit that sends audit records finds a person's log by the user database, and says so where there is none. */
import assert from "node:assert/strict";

const UNIT = new URL("../../packaging/examples/audit/kato-audit-forward@.service", import.meta.url);

/** The line that looks for the log, as systemd hands it to the shell for `person`. */
function lookOf(person: string): string {
  const text = Deno.readTextFileSync(UNIT).replaceAll("\\\n", "");
  const [, line = ""] = /^ExecStartPre=\+\/bin\/sh -c '(.*)'$/m.exec(text) ?? [];
  return line.replaceAll("$$", "$").replaceAll("%i", person);
}

/** Runs it beside a user database that has `home` for ada, and programs that note what root would make. */
async function look(person: string, home: string) {
  const folder = Deno.makeTempDirSync({ prefix: "kato-forward-" });
  try {
    const programs = {
      getent: `[ "$2" = ada ] && echo "ada:x:1000:1000::${home}:/bin/sh"`,
      ln: `echo "ln $*" >> ${folder}/made`,
      mkdir: `echo "mkdir $*" >> ${folder}/made`,
    };
    for (const [name, line] of Object.entries(programs)) {
      Deno.writeTextFileSync(`${folder}/${name}`, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    }
    Deno.writeTextFileSync(`${folder}/made`, "");
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", lookOf(person)],
      clearEnv: true,
      env: { PATH: `${folder}:/usr/bin:/bin` },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    return { code, err: new TextDecoder().decode(stderr), made: Deno.readTextFileSync(`${folder}/made`) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const missing = (person: string, logs: string) =>
  // The first word has the journal keep it as an error.
  `<3>the audit log of ${person} is not sent: there is no folder ${logs}. It is tried again every 10 seconds\n`;

Deno.test("the sender of audit records names a home without logs, and a person whom nobody knows", async () => {
  const home = Deno.makeTempDirSync();
  try {
    const rows: readonly (readonly [person: string, home: string, logs: string])[] = [
      ["ada", home, `${home}/.kato/logs`],
      ["ada", "", "(a home)/.kato/logs"],
      ["eve", home, "(a home)/.kato/logs"],
    ];
    for (const [person, itsHome, logs] of rows) {
      assert.deepEqual(await look(person, itsHome), { code: 1, err: missing(person, logs), made: "" });
    }
    // A file in the folder's place is none.
    Deno.mkdirSync(`${home}/.kato`);
    Deno.writeTextFileSync(`${home}/.kato/logs`, "");
    assert.equal((await look("ada", home)).err, missing("ada", `${home}/.kato/logs`));
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});

Deno.test("the sender of audit records leads to the home of the user database, wherever it is", async () => {
  const home = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${home}/.kato/logs`, { recursive: true });
    assert.deepEqual(await look("ada", home), {
      code: 0,
      err: "",
      made: `mkdir -p /run/kato-audit-homes\nln -sfn ${home} /run/kato-audit-homes/ada\n`,
    });
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});
