/** The images of an export to Markdown: files beside it, and nothing that somebody put in their way is touched. */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { entryAt } from "../../src/disk/entry_at.ts";
import { hashBytes } from "../../src/protocol/sha256.ts";
import { IMAGES_KEPT } from "../../src/protocol/render_limits.ts";
import { placesOf } from "../../src/settings/places.ts";
import { onlyWith, ROOT } from "../needs.ts";
import { PNG } from "../render/one_pixel.ts";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

const BYTES = Uint8Array.fromBase64(PNG);
const NAME = `${hashBytes(BYTES).slice(0, 32)}.png`;

function imageRow(number: number, data: string, type = "image/png"): string {
  const content = [{ type: "image", source: { type: "base64", media_type: type, data } }];
  const uuid = `4b8d1d0e-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const row = { type: "user", uuid, sessionId: SESSION_A, message: { role: "user", content } };
  return `${JSON.stringify(row)}\n`;
}

/** A home whose configuration keeps images, with a session that has `rows`. */
function makeAlbum(rows = imageRow(1, PNG)): Place & Disposable {
  const place = makeHome();
  keepLog(place.home, SESSION_A, conversation(SESSION_A) + rows);
  const { config, configFile } = placesOf(place.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(configFile, '[render]\nimages = "files"\n', { mode: 0o600 });
  return place;
}

function exportTo(output: string, place: Place, ...more: readonly string[]): Promise<Ran> {
  return runLine(["export", "5d8a", "-o", output, ...more], place);
}

function read(place: Place, name: string): string {
  return Deno.readTextFileSync(`${place.cwd}/${name}`);
}

function modeOf(path: string): number {
  return (Deno.lstatSync(path).mode ?? 0) & 0o777;
}

function auditOf({ home }: Place): string[] {
  const { auditFile } = placesOf(home);
  const lines = Deno.readTextFileSync(auditFile).trim().split("\n").map((line) => JSON.parse(line));
  return lines.map(({ event, decision, reason, path }) =>
    `${event} ${decision} ${reason} ${path.replace(`${home}/work/`, "")}`
  );
}

Deno.test("kato export keeps the images of Markdown in files beside it, under its decision and its modes", async () => {
  using album = makeAlbum(imageRow(1, PNG) + imageRow(2, PNG, "image/jpeg"));
  const ran = await exportTo("my plan.md", album);
  assert.deepEqual([ran.ended, ran.err], ["done", ""]);
  const folder = `${album.cwd}/my plan.assets`;
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [NAME], "by its bytes, once");
  assert.deepEqual(Deno.readFileSync(`${folder}/${NAME}`), BYTES);
  assert.deepEqual([modeOf(folder), modeOf(`${folder}/${NAME}`)], [0o700, 0o600]);
  const links = read(album, "my plan.md").match(/^!\[png image\]\(.*\)$/gm);
  assert.deepEqual(links, Array(2).fill(`![png image](my%20plan.assets/${NAME})`));
  assert.deepEqual(auditOf(album), [
    "command allow exported my plan.md",
    "destination-opened allow created my plan.md",
    "command allow exported my plan.assets",
  ]);
  assert.equal(verifyAudit(placesOf(album.home).logs).broken, null);
});

Deno.test("kato export makes no folder where there is no image, and no file for standard output", async () => {
  using album = makeAlbum("");
  assert.equal((await exportTo("x.md", album)).ended, "done");
  assert.equal(entryAt(`${album.cwd}/x.assets`), null);
  using other = makeAlbum();
  const printed = await exportTo("-", other);
  assert.match(printed.out, /> \*Image\* — image\/png, 70 bytes\n/);
  assert.equal(printed.out.includes("!["), false);
  assert.deepEqual([...Deno.readDirSync(other.cwd)], []);
});

Deno.test("kato export into a folder gives each file its own images; again, the files that are there are right", async () => {
  using album = makeAlbum();
  const ran = await exportTo("out/", album);
  const file = /wrote ~\/work\/(\S+)\.md/.exec(ran.out)?.[1] ?? "";
  const image = `${album.cwd}/${file}.assets/${NAME}`;
  const { ino } = Deno.statSync(image);
  const again = await exportTo("out/", album, "--force");
  assert.deepEqual([again.ended, again.err], ["done", ""]);
  assert.equal(Deno.statSync(image).ino, ino);
  // A crash left a part of it: who replaces the export replaces that, too.
  Deno.writeFileSync(image, BYTES.subarray(0, 9));
  assert.equal((await exportTo("out/", album, "--force")).ended, "done");
  assert.deepEqual(Deno.readFileSync(image), BYTES);
});

/** What stands in the way, the reason, and what must be as it was. */
const ATTACKS: readonly (readonly [what: string, reason: string, prepare: (place: Place) => string])[] = [
  ["a link to a folder", "symlink", ({ home, cwd }) => {
    Deno.mkdirSync(`${home}/elsewhere`, { mode: 0o700 });
    Deno.symlinkSync(`${home}/elsewhere`, `${cwd}/x.assets`);
    return `${home}/elsewhere`;
  }],
  ["a link that leads nowhere", "symlink", ({ home, cwd }) => {
    Deno.symlinkSync(`${home}/nowhere`, `${cwd}/x.assets`);
    return `${home}/nowhere`;
  }],
  ["a file", "not-a-directory", ({ cwd }) => {
    Deno.writeTextFileSync(`${cwd}/x.assets`, "mine");
    return `${cwd}/x.assets`;
  }],
  ["a folder that others may write", "writable-by-others", ({ cwd }) => {
    Deno.mkdirSync(`${cwd}/x.assets`);
    Deno.chmodSync(`${cwd}/x.assets`, 0o777);
    return `${cwd}/x.assets`;
  }],
  ["somebody's file of that name", "not-created-by-kato", ({ cwd }) => {
    Deno.mkdirSync(`${cwd}/x.assets`, { mode: 0o700 });
    Deno.writeTextFileSync(`${cwd}/x.assets/${NAME}`, "mine");
    return `${cwd}/x.assets`;
  }],
  ["a link of that name", "symlink", ({ home, cwd }) => {
    Deno.mkdirSync(`${cwd}/x.assets`, { mode: 0o700 });
    Deno.writeFileSync(`${home}/other.png`, BYTES);
    Deno.symlinkSync(`${home}/other.png`, `${cwd}/x.assets/${NAME}`);
    return `${cwd}/x.assets`;
  }],
  ["a second name of a file", "hard-link", ({ home, cwd }) => {
    Deno.mkdirSync(`${cwd}/x.assets`, { mode: 0o700 });
    Deno.writeFileSync(`${home}/other.png`, BYTES);
    Deno.linkSync(`${home}/other.png`, `${cwd}/x.assets/${NAME}`);
    return `${cwd}/x.assets`;
  }],
];

/** Every entry below `path`, with its content. */
function pictureOf(path: string): string[] {
  const entry = entryAt(path);
  if (entry === null) return [];
  if (entry.isSymlink) return [`${path} -> ${Deno.readLinkSync(path)}`];
  if (entry.isFile) return [`${path}: ${Deno.readFileSync(path).toBase64()}`];
  return [path, ...[...Deno.readDirSync(path)].flatMap(({ name }) => pictureOf(`${path}/${name}`))];
}

for (const [what, reason, prepare] of ATTACKS) {
  Deno.test(`images are lines where ${what} is in their way, and that stays as it is`, async () => {
    using album = makeAlbum(imageRow(1, PNG) + imageRow(2, PNG));
    const victim = prepare(album);
    const before = [...pictureOf(victim), ...pictureOf(`${album.cwd}/x.assets`)];
    const ran = await exportTo("x.md", album);
    assert.equal(ran.ended, "done", ran.err);
    assert.match(
      ran.err,
      new RegExp(`not everything could be taken over: image not kept: ${reason} \\(2\\)\n$`),
    );
    assert.match(read(album, "x.md"), new RegExp(`image/png, 70 bytes \\(not kept: ${reason}\\)`));
    assert.equal(read(album, "x.md").includes("!["), false);
    assert.deepEqual([...pictureOf(victim), ...pictureOf(`${album.cwd}/x.assets`)], before);
    const denied = auditOf(album).filter((line) => line.startsWith(`command deny ${reason} x.assets/`));
    assert.ok(denied.length >= 1, auditOf(album).join("\n"));
  });
}

Deno.test({
  ...onlyWith("images are lines where their folder is another person's", ROOT),
  async fn() {
    using album = makeAlbum();
    Deno.mkdirSync(`${album.cwd}/x.assets`, { mode: 0o700 });
    Deno.chownSync(`${album.cwd}/x.assets`, 42_424, 42_424);
    assert.match((await exportTo("x.md", album)).err, /image not kept: foreign-owner/);
    assert.deepEqual([...Deno.readDirSync(`${album.cwd}/x.assets`)], []);
  },
});

Deno.test("hostile data becomes a line, whatever the log calls it", async () => {
  const svg = new TextEncoder().encode("<svg onload=x()>").toBase64();
  const data = [svg, "a](https://evil.example/x.png) ![b", "AAAA", "====", `${PNG}\u0000`, "../../x"];
  using album = makeAlbum(
    data.map((one, index) => imageRow(index, one, "image/png](javascript:x)")).join(""),
  );
  assert.equal((await exportTo("x.md", album)).ended, "done");
  assert.equal(entryAt(`${album.cwd}/x.assets`), null);
  assert.equal(read(album, "x.md").includes("!["), false);
  assert.equal(read(album, "x.md").match(/not kept: not a PNG/g)?.length, data.length);
});

Deno.test("of ten thousand images a recording keeps as many as its bound, and of a huge one none", async () => {
  const images = Array.from({ length: 10_000 }, (_, index) => {
    const one = new Uint8Array([...BYTES, index >> 8, index & 255]);
    return imageRow(index, one.toBase64());
  });
  const huge = imageRow(99_999, "iVBORw0KGgo".padEnd(100 * 1024 * 1024, "A"));
  using album = makeAlbum(huge + images.join(""));
  assert.equal((await exportTo("x.md", album)).ended, "done");
  assert.equal([...Deno.readDirSync(`${album.cwd}/x.assets`)].length, IMAGES_KEPT);
  const text = read(album, "x.md");
  assert.equal(text.match(/^!\[png image\]/gm)?.length, IMAGES_KEPT);
  assert.equal(text.match(/not kept: this file has 500 already/g)?.length, 10_000 - IMAGES_KEPT);
});

Deno.test("the images of an export take no more of the disk than policy allows a recording", async () => {
  const images = [400, 500, 300, 100, 1025].map((kilobytes, index) => {
    const bytes = new Uint8Array(kilobytes * 1024);
    bytes.set([...BYTES, index]);
    return bytes;
  });
  using album = makeAlbum(images.map((image, index) => imageRow(index, image.toBase64())).join(""));
  Deno.writeTextFileSync(placesOf(album.home).policyFile, "[destinations]\nmax_file_mb = 1\n", {
    mode: 0o600,
  });
  const ran = await exportTo("x.md", album);
  assert.equal(ran.ended, "done", ran.err);
  assert.match(ran.err, /not everything could be taken over: image not kept: too-large \(2\)\n$/);
  const nameOf = (index: number) => `${hashBytes(images[index] ?? BYTES).slice(0, 32)}.png`;
  assert.deepEqual(
    [...Deno.readDirSync(`${album.cwd}/x.assets`)].map(({ name }) => name).sort(),
    [0, 1, 3].map(nameOf).sort(),
  );
  assert.equal(
    read(album, "x.md").match(/ [kM]B \(not kept: too-large\)\n/g)?.length,
    2,
  );
  assert.deepEqual(
    auditOf(album).filter((line) => line.includes("deny")),
    [2, 4].map((index) => `command deny too-large x.assets/${nameOf(index)}`),
  );
});
