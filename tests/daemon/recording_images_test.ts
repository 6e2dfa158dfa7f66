/** Images of recordings, over the real daemon: files before the text that links them, once, and never over anything. */
import assert from "node:assert/strict";
import { entryAt } from "../../src/disk/entry_at.ts";
import { hashBytes } from "../../src/protocol/sha256.ts";
import { IMAGE_BYTES } from "../../src/protocol/render_limits.ts";
import { PNG } from "../render/one_pixel.ts";
import { type ClaudeRows, createRows } from "./stage/claude_rows.ts";
import { CLAUDE, logOf } from "./stage/clients.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { readExport } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

interface Album extends AsyncDisposable {
  readonly home: TestHome;
  readonly rows: ClaudeRows;
  daemon: Daemon;
  say(...texts: readonly string[]): void;
  whenHolds(file: string, part: string): Promise<void>;
}

function keepImages(home: TestHome, images: "files" | "line"): void {
  Deno.writeTextFileSync(home.places.configFile, `[render]\nimages = "${images}"\n`, { mode: 0o600 });
}

/** A daemon that keeps images, and one session. */
async function openAlbum(images: "files" | "line" = "files", policy = ""): Promise<Album> {
  const home = await makeHome(policy);
  keepImages(home, images);
  const rows = createRows();
  const log = logOf(CLAUDE, home, rows.session);
  const album: Album = {
    home,
    rows,
    daemon: startDaemon(home),
    say: (...texts) => CLAUDE.put(log, ...texts),
    whenHolds: (file, part) =>
      until(`${file} holds ${part}`, () => readExport(home, file).includes(part), {
        saw: () => `${readExport(home, file)}\n${album.daemon.said()}`,
      }).then(() => {}),
    async [Symbol.asyncDispose]() {
      await album.daemon[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
  await album.daemon.whenUp();
  return album;
}

async function startAgain(album: Album): Promise<void> {
  album.daemon = startDaemon(album.home);
  await album.daemon.whenUp();
}

/** An image of its own for each number. */
function imageOf(number: number): Uint8Array {
  return new Uint8Array([...Uint8Array.fromBase64(PNG), number]);
}

function nameOf(image: Uint8Array): string {
  return `${hashBytes(image).slice(0, 32)}.png`;
}

function partOf(image: Uint8Array) {
  return { type: "image", source: { type: "base64", media_type: "image/png", data: image.toBase64() } };
}

/** A message of the person that holds an image. */
function shows({ user }: ClaudeRows, image: Uint8Array): string {
  return user("", { message: { role: "user", content: [{ type: "text", text: "Look." }, partOf(image)] } });
}

function linkOf(file: string, image: Uint8Array): string {
  return `![png image](${file.replace(/\.md$/, ".assets")}/${nameOf(image)})`;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

Deno.test("daemon: images of a recording are files beside it, and its text links each", async () => {
  await using album = await openAlbum();
  const { rows, say, home } = album;
  const [typed, read] = [imageOf(1), imageOf(2)];
  const content = [{ type: "tool_result", tool_use_id: "t2", content: [partOf(read)], is_error: false }];
  say(rows.user("::capture notes.md"), shows(rows, typed), shows(rows, typed));
  // The first call has no result yet, so the second one, with its image, waits.
  say(rows.call("t1", "Bash", { command: "ls" }), rows.call("t2", "Read", { file_path: "/a.png" }));
  say(rows.row({ type: "user", message: { role: "user", content } }));
  const folder = `${home.exports}/notes.assets`;
  await until("both are files", () => entryAt(`${folder}/${nameOf(read)}`)?.size === read.length);
  say(rows.result("t1", "a.png"), rows.assistant("I see."), rows.user("::stop"));
  await album.daemon.whenRecording("notes.md", "stopped");
  const text = home.readExport("notes.md");
  assert.equal(count(text, linkOf("notes.md", typed)), 2);
  assert.equal(count(text, linkOf("notes.md", read)), 1);
  assert.deepEqual(
    [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    [
      nameOf(typed),
      nameOf(read),
    ].sort(),
  );
  for (const image of [typed, read]) {
    assert.deepEqual(Deno.readFileSync(`${folder}/${nameOf(image)}`), image);
    assert.equal((Deno.lstatSync(`${folder}/${nameOf(image)}`).mode ?? 0) & 0o777, 0o600);
  }
  assert.equal((Deno.lstatSync(folder).mode ?? 0) & 0o777, 0o700);
  const opened = home.audit().filter(({ event }) => event === "destination-opened")
    .map(({ decision, reason, path }) => `${decision} ${reason} ${path?.slice(home.exports.length + 1)}`);
  assert.deepEqual(
    opened.filter((line) => line.includes("assets")),
    [typed, read].map((image) => `allow created notes.assets/${nameOf(image)}`),
  );
  // The decision on each image comes before what was opened for it.
  const ofImages = home.audit().filter(({ path }) => path?.startsWith(folder) === true);
  assert.deepEqual(
    ofImages.map(({ event, reason }) => `${event} ${reason}`),
    [typed, read].flatMap(() => ["image-decided kept-beside-recording", "destination-opened created"]),
  );
});

Deno.test("daemon: recordings that began without images go on without, and JSONL has none", async () => {
  await using album = await openAlbum("line");
  const { rows, say, home } = album;
  const page = createRows();
  const sayIn = (...texts: string[]) => CLAUDE.put(logOf(CLAUDE, home, page.session), ...texts);
  say(rows.user("::capture notes.md"), shows(rows, imageOf(1)));
  sayIn(page.user("::capture page.html"), shows(page, imageOf(1)));
  await album.whenHolds("notes.md", "Image");
  await album.whenHolds("page.html", "Image");
  await album.daemon.stop();
  keepImages(home, "files");
  await startAgain(album);
  say(shows(rows, imageOf(2)), rows.assistant("I see."));
  sayIn(shows(page, imageOf(2)), page.assistant("I see."));
  for (const file of ["notes.md", "page.html", "rows.jsonl"]) {
    if (file === "rows.jsonl") say(rows.user(`::capture ${file}`));
    await album.whenHolds(file, "I see.");
    const text = home.readExport(file);
    assert.equal(count(text, "image/png, "), 2, file);
    assert.ok(!text.includes("iVBOR") && !text.includes("![") && !text.includes("<img"), file);
  }
  assert.deepEqual([...Deno.readDirSync(home.exports)].filter(({ isDirectory }) => isDirectory), []);
});

Deno.test("daemon: a page that is recorded holds its images itself, and no files", async () => {
  await using album = await openAlbum();
  const { rows, say, home } = album;
  const [typed, read] = [imageOf(1), imageOf(2)];
  const content = [{ type: "tool_result", tool_use_id: "t2", content: [partOf(read)], is_error: false }];
  say(rows.user("::capture page.html"), shows(rows, typed));
  // The first call has no result yet, so the second one, with its image, waits.
  say(rows.call("t1", "Bash", { command: "ls" }), rows.call("t2", "Read", { file_path: "/a.png" }));
  say(rows.row({ type: "user", message: { role: "user", content } }));
  await album.daemon.kill();
  await startAgain(album);
  say(rows.result("t1", "a.png"), rows.assistant("I see."), rows.user("::stop"));
  await album.daemon.whenRecording("page.html", "stopped");
  const page = home.readExport("page.html");
  for (const image of [typed, read]) {
    assert.equal(count(page, `<img src="data:image/png;base64,${image.toBase64()}"`), 1);
  }
  assert.equal(count(page, "<img"), 2);
  assert.match(page, /style-src 'unsafe-inline'; img-src data:"/);
  assert.deepEqual([...Deno.readDirSync(home.exports)].map(({ name }) => name), ["page.html"]);
});

Deno.test("daemon: after any kill an image is whole, and the text that links it is there once", async () => {
  await using album = await openAlbum();
  const { rows, say, home } = album;
  const images = Array.from({ length: 4 }, (_, index) => imageOf(index));
  say(rows.user("::capture notes.md"));
  await album.daemon.whenRecording("notes.md");
  for (const [index, image] of images.entries()) {
    say(shows(rows, image), rows.assistant(`I see ${index}.`));
    if (index % 2 === 0) await until("it is begun", () => entryAt(`${home.exports}/notes.assets`) !== null);
    await album.daemon.kill();
    // As a kill inside the write leaves it.
    if (index === 1) {
      Deno.writeFileSync(`${home.exports}/notes.assets/${nameOf(image)}`, image.subarray(0, 9));
    }
    await startAgain(album);
  }
  say(rows.user("::export copy.md"));
  await album.daemon.whenRecording("copy.md", "done");
  for (const image of images) {
    assert.deepEqual(Deno.readFileSync(`${home.exports}/copy.assets/${nameOf(image)}`), image);
  }
  // The copy has the title that the session got meanwhile.
  const turns = (file: string) => home.readExport(file).replace(/^[^]*?(?=\n## )/, "");
  const copy = turns("copy.md").replaceAll("copy.assets/", "notes.assets/");
  const text = copy.replace(/\n> \*Up to here\*.*\n$/, "");
  await until("the recording holds all of it", () => turns("notes.md") === text);
  for (const image of images) {
    assert.equal(count(text, linkOf("notes.md", image)), 1);
    assert.deepEqual(Deno.readFileSync(`${home.exports}/notes.assets/${nameOf(image)}`), image);
  }
});

const IMAGE = imageOf(1);

/** What stands in the way, the reason, and the places that must stay as they are. */
const ATTACKS:
  readonly (readonly [what: string, reason: string, prepare: (folder: string, other: string) => void])[] = [
    ["a link to another folder", "outside-roots", (folder, other) => {
      Deno.mkdirSync(other, { mode: 0o700 });
      Deno.symlinkSync(other, folder);
    }],
    ["a file", "not-a-directory", (folder) => {
      Deno.writeTextFileSync(folder, "mine");
    }],
    ["a folder that others may write", "writable-by-others", (folder) => {
      Deno.mkdirSync(folder);
      Deno.chmodSync(folder, 0o777);
    }],
    ["a longer file of that name", "not-created-by-kato", (folder) => {
      Deno.mkdirSync(folder, { mode: 0o700 });
      Deno.writeTextFileSync(`${folder}/${nameOf(IMAGE)}`, "mine".repeat(100));
    }],
    ["a link of that name", "symlink", (folder, other) => {
      Deno.mkdirSync(folder, { mode: 0o700 });
      Deno.writeTextFileSync(other, "");
      Deno.symlinkSync(other, `${folder}/${nameOf(IMAGE)}`);
    }],
    ["a second name of a file", "hard-link", (folder, other) => {
      Deno.mkdirSync(folder, { mode: 0o700 });
      Deno.writeTextFileSync(other, "");
      Deno.linkSync(other, `${folder}/${nameOf(IMAGE)}`);
    }],
  ];

/** Every entry below `path`, with its content. */
function pictureOf(path: string): string[] {
  const entry = entryAt(path);
  if (entry === null) return [];
  if (entry.isSymlink) return [`${path} -> ${Deno.readLinkSync(path)}`];
  if (entry.isFile) return [`${path}: ${Deno.readTextFileSync(path)}`];
  return [path, ...[...Deno.readDirSync(path)].flatMap(({ name }) => pictureOf(`${path}/${name}`))];
}

Deno.test("daemon: images are lines where something is in their way, and the recording goes on", async (t) => {
  await using album = await openAlbum();
  const { home } = album;
  for (const [index, [what, reason, prepare]] of ATTACKS.entries()) {
    await t.step(what, async () => {
      const [folder, other] = [`${home.exports}/${index}.assets`, `${home.path}/other-${index}`];
      prepare(folder, other);
      const before = [folder, other].flatMap(pictureOf);
      const rows = createRows();
      const say = (...texts: string[]) => CLAUDE.put(logOf(CLAUDE, home, rows.session), ...texts);
      say(rows.user(`::capture ${index}.md`), shows(rows, IMAGE), rows.assistant("I see."));
      await album.whenHolds(`${index}.md`, "I see.");
      const text = home.readExport(`${index}.md`);
      assert.ok(text.includes(`> *Image* — image/png, 71 bytes (not kept: ${reason})`), text);
      assert.equal(text.includes("!["), false);
      assert.deepEqual([folder, other].flatMap(pictureOf), before);
      const denied = home.audit().filter(({ path, decision }) =>
        path === `${folder}/${nameOf(IMAGE)}` && decision === "deny"
      );
      assert.deepEqual(denied.map((record) => record.reason), [reason]);
      say(rows.assistant("And on."));
      await album.whenHolds(`${index}.md`, "And on.");
    });
  }
});

Deno.test("daemon: the largest image is a file; a larger one, and a huge one, are lines", async () => {
  await using album = await openAlbum();
  const { rows, say, home } = album;
  const largest = new Uint8Array(IMAGE_BYTES);
  largest.set(imageOf(0));
  say(rows.user("::capture notes.md"), shows(rows, largest));
  for (const bytes of [IMAGE_BYTES + 3, 100 * 1024 * 1024]) {
    const large = new Uint8Array(bytes);
    large.set(imageOf(0));
    say(shows(rows, large));
  }
  say(rows.assistant("I see."));
  await album.whenHolds("notes.md", "I see.");
  const files = [...Deno.readDirSync(`${home.exports}/notes.assets`)].map(({ name }) => name);
  assert.deepEqual(files, [nameOf(largest)]);
  assert.deepEqual(Deno.readFileSync(`${home.exports}/notes.assets/${files[0]}`), largest);
  assert.equal(count(home.readExport("notes.md"), "!["), 1);
});

Deno.test("daemon: images take no more of the disk than policy allows a recording, and a kill changes nothing", async () => {
  await using album = await openAlbum("files", "[destinations]\nmax_file_mb = 1\n");
  const { rows, say, home } = album;
  /** The third is too large with the others, and the last still has room. */
  const images = [400, 500, 300, 100].map((kilobytes, index) => {
    const bytes = new Uint8Array(kilobytes * 1024);
    bytes.set(imageOf(index));
    return bytes;
  });
  say(
    rows.user("::capture notes.md"),
    ...images.map((image) => shows(rows, image)),
    rows.assistant("I see."),
  );
  await album.whenHolds("notes.md", "I see.");
  await album.daemon.kill();
  await startAgain(album);
  const alone = new Uint8Array(1024 * 1024 + 1);
  alone.set(imageOf(9));
  say(shows(rows, alone), rows.assistant("And this?"), rows.user("::export copy.md"));
  await album.daemon.whenRecording("copy.md", "done");
  for (const file of ["notes", "copy"]) {
    const kept = images.filter((_, index) => index !== 2).map(nameOf).sort();
    assert.deepEqual(
      [...Deno.readDirSync(`${home.exports}/${file}.assets`)].map(({ name }) => name).sort(),
      kept,
    );
    const text = home.readExport(`${file}.md`);
    assert.match(text, /\n> \*Image\* — image\/png, 307\.2 kB \(not kept: too-large\)\n/);
    assert.match(text, /\n> \*Image\* — image\/png, 1\.0 MB \(not kept: too-large\)\n/);
    assert.deepEqual([count(text, "!["), count(text, "too-large")], [3, 2]);
  }
  const denied = home.audit().filter(({ decision }) => decision === "deny");
  assert.deepEqual(
    new Set(denied.map(({ reason, path }) => `${reason} ${path}`)),
    new Set(
      ["notes", "copy"].flatMap((file) =>
        [images[2] ?? alone, alone].map((image) =>
          `too-large ${home.exports}/${file}.assets/${nameOf(image)}`
        )
      ),
    ),
  );
});
