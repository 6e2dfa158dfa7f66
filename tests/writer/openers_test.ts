/** The two ways in which a writer comes by its file: what they make, with which rights, and what they refuse. */
import assert from "node:assert/strict";
import { openMonitorMadeFile } from "../../src/writer/monitor_made_file.ts";
import { openSelfMadeFile } from "../../src/writer/self_made_file.ts";

interface Stage extends Disposable {
  readonly folder: string;
  readonly destination: string;
}

function makeStage(content?: string): Stage {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-opener-" }));
  const destination = `${folder}/notes.md`;
  if (content !== undefined) Deno.writeTextFileSync(destination, content);
  return { folder, destination, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

const encoder = new TextEncoder();
const OPENERS = { self_made_file: openSelfMadeFile, monitor_made_file: openMonitorMadeFile };

for (const [name, open] of Object.entries(OPENERS)) {
  Deno.test(`${name}: a file that is there is appended to, measured and cut, whoever else writes`, () => {
    using stage = makeStage("one\n");
    const { destination } = stage;
    const { file } = open({ destination, create: false, directories: [] });
    assert.equal(file.size(), 4);
    Deno.writeTextFileSync(destination, "theirs\n", { append: true });
    file.write(encoder.encode("two\n"));
    assert.equal(file.flush(), 15);
    assert.equal(file.truncate(11), 11);
    file.write(encoder.encode("three\n"));
    assert.equal(file.flush(), 17);
    file.close();
    assert.equal(Deno.readTextFileSync(destination), "one\ntheirs\nthree\n");
    assert.throws(() => file.size());
  });

  Deno.test(`${name}: a file that should be there and is not is never made`, () => {
    using stage = makeStage();
    const wanted = { destination: stage.destination, create: false, directories: [] };
    assert.throws(() => open(wanted), (error: Error) => /NotFound|ENOENT/.test(String(error)));
    assert.deepEqual([...Deno.readDirSync(stage.folder)], []);
  });
}

Deno.test("monitor_made_file: a writer that is asked to make anything is a bug; what it opened, the monitor says", () => {
  using stage = makeStage("");
  const { destination, folder } = stage;
  const wanted = { destination, create: false, directories: [] };
  assert.throws(() => openMonitorMadeFile({ ...wanted, create: true }), /internal error/);
  assert.throws(() => openMonitorMadeFile({ ...wanted, directories: [`${folder}/a`] }), /internal error/);
  const { found, file } = openMonitorMadeFile(wanted);
  assert.equal(found, null);
  file.close();
});

for (const umask of [0o000, 0o022, 0o777]) {
  Deno.test(`self_made_file: folders and file are private and usable under umask ${umask.toString(8)}`, () => {
    using stage = makeStage();
    const { folder } = stage;
    const directories = [`${folder}/a`, `${folder}/a/b`];
    const destination = `${folder}/a/b/notes.md`;
    const before = Deno.umask(umask);
    try {
      const { file, found } = openSelfMadeFile({ destination, create: true, directories });
      file.write(encoder.encode("one\n"));
      file.close();
      const { dev, ino } = Deno.statSync(destination);
      assert.deepEqual(found, { dev, ino, links: 1, isFile: true });
    } finally {
      Deno.umask(before);
    }
    const modeOf = (path: string) => ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
    assert.deepEqual([...directories, destination].map(modeOf), ["700", "700", "600"]);
  });
}

Deno.test("self_made_file: what stands at the name of a new file is never opened, link or file", () => {
  using stage = makeStage("precious");
  const { folder, destination } = stage;
  const wanted = { create: true, directories: [] };
  assert.throws(() => openSelfMadeFile({ ...wanted, destination }), /EEXIST/);
  Deno.symlinkSync(destination, `${folder}/link.md`);
  Deno.symlinkSync(`${folder}/nothing`, `${folder}/dangling.md`);
  for (const name of ["link.md", "dangling.md"]) {
    assert.throws(() => openSelfMadeFile({ ...wanted, destination: `${folder}/${name}` }), /EEXIST/);
  }
  assert.equal(Deno.readTextFileSync(destination), "precious");
});

Deno.test("self_made_file: a folder that is there already is not taken for one that was made", () => {
  using stage = makeStage();
  const { folder, destination } = stage;
  assert.throws(() => openSelfMadeFile({ destination, create: true, directories: [folder] }), /EEXIST/);
});

Deno.test("self_made_file: a file that is opened keeps its rights, and reports every name that it has", () => {
  using stage = makeStage("one\n");
  const { folder, destination } = stage;
  Deno.chmodSync(destination, 0o640);
  Deno.linkSync(destination, `${folder}/other.md`);
  const { found, file } = openSelfMadeFile({ destination, create: false, directories: [] });
  file.close();
  assert.equal(found.links, 2);
  assert.equal((Deno.statSync(destination).mode ?? 0) & 0o777, 0o640);
});

Deno.test("self_made_file: something that is no file says so", () => {
  const { found, file } = openSelfMadeFile({ destination: "/dev/null", create: false, directories: [] });
  file.close();
  assert.equal(found.isFile, false);
});
