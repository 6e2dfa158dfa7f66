/** `kato verify`: what a recording or export has, recomputed from its source; whoever wrote what it says of itself. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FORMATS } from "../../src/protocol/closed_sets.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { openAuditLog } from "../../src/audit/log.ts";
import { daemonStarted, destinationOpened, imageDecided } from "../../src/audit/events.ts";
import type { AuditBody } from "../../src/audit/record.ts";
import { placesOf } from "../../src/settings/places.ts";
import type { RecordingStatus, Status } from "../../src/protocol/status.ts";
import { readWhole, renderParts, renderSpan } from "../daemon/stage/one_shot.ts";
import { TIME_ZONE } from "../daemon/stage/harness.ts";
import { columnsOf } from "../../src/cli/terminal/style.ts";
import { onlyWith } from "../needs.ts";
import { make, randomOf } from "../redaction/corpus.ts";
import { numberedPng, PNG } from "../render/one_pixel.ts";
import { clientCases } from "./stage/client_cases.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, type Place, type Ran, runLine, type RunOptions } from "./stage/run_line.ts";

const FIXTURES = new URL("../../fixtures/claude-code/", import.meta.url).pathname;

const run = (line: string, place: Place, options?: RunOptions): Promise<Ran> =>
  runLine(line.split(" "), place, options);

async function verify(file: string, place: Place, options?: RunOptions) {
  const ran = await run(`verify ${file} --json`, place, options);
  return { ended: ran.ended, ...JSON.parse(ran.out) };
}

/** A home with the session of a fixture. */
function homeOf(name: string): Place & Disposable & { readonly session: string; readonly log: string } {
  const place = makeHome();
  const text = Deno.readTextFileSync(`${FIXTURES}${name}/in.jsonl`);
  const session = /"sessionId":"([^"]+)"/.exec(text)?.[1] ?? SESSION_A;
  return { ...place, session, log: keepLog(place.home, session, text) };
}

/** Without a log of their own, or without conversation. */
const REST = new Set(["README.md", "place.json", "fork-log", "sub-agent-log", "state-rows", "session-meta"]);

for (
  const name of [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).filter((name) => !REST.has(name))
    .sort()
) {
  Deno.test(`kato verify repeats the exports of the fixture ${name} in every format`, async () => {
    using home = homeOf(name);
    for (const format of FORMATS) {
      const written = await run(`export ${home.session} -o a.${format}`, home);
      assert.equal(written.ended, "done", written.err);
      const { ended, result, parts } = await verify(`a.${format}`, home);
      assert.deepEqual([ended, result], ["done", "equal"], format);
      assert.deepEqual(parts, [{
        session: home.session,
        from: 0,
        to: readWhole(home.log).events.length - 1,
      }]);
    }
  });
}

for (const [index, client] of clientCases().filter(({ name }) => !name.includes("long")).entries()) {
  const format = FORMATS[index % FORMATS.length];
  Deno.test(
    onlyWith(`kato verify repeats the exports of ${client.name} in ${format}`, client.need),
    async () => {
      using home = makeHome();
      const environment = client.environment(home);
      await run(`export --all --format ${format} -o out`, home, { environment });
      for (const { name } of Deno.readDirSync(`${home.cwd}/out`)) {
        if (name === "index.html") continue;
        assert.equal((await verify(`out/${name}`, home, { environment })).result, "equal", name);
      }
    },
  );
}

const OPTIONS = [
  "--last 1",
  "--last 2 --format html",
  "--from 3",
  "--since 2026-11-01",
  "--exclude results",
  "--include thinking --exclude agents",
  "--include thinking --exclude agents,notices --last 1 --format html",
  "--no-redact",
  "--no-redact --format jsonl --last 1",
  "--last 1 --format jsonl",
];

for (const options of OPTIONS) {
  Deno.test(`kato verify finds out how an export was made: ${options}`, async () => {
    using home = homeOf("tools");
    const token = make("ghp_{A36}", randomOf(9));
    Deno.writeTextFileSync(home.log, Deno.readTextFileSync(home.log).replaceAll("hello", token));
    const written = await run(`export ${home.session} -o a.md ${options}`, home);
    assert.equal(written.ended, "done", written.err);
    assert.equal((await verify("a.md", home)).result, "equal");
  });
}

Deno.test("kato verify ends its lines between words, in 80 columns of a terminal and nowhere in a pipe", async () => {
  using home = homeOf("tools");
  const name = `${"long-".repeat(8)}name.md`;
  await run(`export ${home.session} -o ${name}`, home);
  await run(`seal ${name}`, home);
  const bare = (text: string) => text.split("\u001b").map((part) => part.replace(/^\[\d*m/, "")).join("");
  const words = (text: string) => bare(text).split(/\s+/).filter((word) => word !== "");
  const look = async () => {
    const [shown, piped] = [
      await run(`verify ${name}`, home, { terminal: 80 }),
      await run(`verify ${name}`, home),
    ];
    for (const line of shown.out.split("\n")) assert.ok(columnsOf(line) <= 80, line);
    assert.deepEqual(words(shown.out), words(piped.out));
    return piped.out.split("\n").length - 1;
  };
  assert.equal(await look(), 3);
  Deno.writeTextFileSync(`${home.cwd}/${name}`, "x", { append: true });
  assert.equal(await look(), 5);
  Deno.removeSync(home.log);
  assert.equal(await look(), 2);
});

Deno.test("kato verify takes the offset of the file's times where the zone is another one now", async () => {
  using home = homeOf("tools");
  const { config, configFile } = placesOf(home.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(configFile, '[render]\ntime_zone = "Asia/Kolkata"\n');
  await run(`export ${home.session} -o a.md`, home);
  assert.equal((await verify("a.md", home)).settings.timeZone, "Asia/Kolkata");
  Deno.removeSync(configFile);
  const { result, settings } = await verify("a.md", home);
  assert.deepEqual([result, settings.timeZone], ["equal", "+05:30"]);
});

/** A home whose configuration keeps images, with a session that has one. */
function albumHome(reply?: string): Place & Disposable & { readonly log: string } {
  const home = makeHome();
  const content = [{ type: "image", source: { type: "base64", media_type: "image/png", data: PNG } }];
  const row = { type: "user", uuid: "4b8d1d0e", sessionId: SESSION_A, message: { role: "user", content } };
  const talk = conversation(SESSION_A, reply === undefined ? {} : { reply });
  const log = keepLog(home.home, SESSION_A, `${talk}${JSON.stringify(row)}\n`);
  const { config, configFile } = placesOf(home.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(configFile, '[render]\nimages = "files"\n');
  return { ...home, log, [Symbol.dispose]: () => home[Symbol.dispose]() };
}

Deno.test("kato verify repeats the images of a page, and the links of Markdown to its own", async () => {
  using home = albumHome();
  for (const name of ["my plan.md", "a.html"]) {
    assert.equal((await runLine(["export", "5d8a", "-o", name], home)).ended, "done");
    const path = `${home.cwd}/${name}`;
    const verdict = () => runLine(["verify", name, "--json"], home).then(({ out }) => JSON.parse(out).result);
    assert.equal(await verdict(), "equal", name);
    const text = Deno.readTextFileSync(path);
    const changed = text.replace(/(my%20plan\.assets\/|base64,)./, "$10");
    assert.notEqual(changed, text);
    Deno.writeTextFileSync(path, changed);
    assert.equal(await verdict(), "differs", name);
  }
});

for (const folder of ["evil.assets", "..", "a.asset"]) {
  Deno.test(`kato verify takes no folder of images from the file: ${folder}`, async () => {
    using home = albumHome();
    await run("export 5d8a -o a.md", home);
    const text = Deno.readTextFileSync(`${home.cwd}/a.md`);
    const changed = text.replaceAll("(a.assets/", `(${folder}/`);
    assert.notEqual(changed, text);
    Deno.writeTextFileSync(`${home.cwd}/a.md`, changed);
    const { ended, result, reason, message } = await verify("a.md", home);
    assert.deepEqual([ended, result, reason], ["ended", "differs", "image-folder"]);
    assert.ok(message.includes(` of its images: ${folder} does not belong to the file's name.`), message);
  });
}

Deno.test("kato verify says of a renamed file with images that only their folder is another one", async () => {
  using home = albumHome();
  await run("export 5d8a -o a.md", home);
  Deno.renameSync(`${home.cwd}/a.md`, `${home.cwd}/b.md`);
  const { result, reason } = await verify("b.md", home);
  assert.deepEqual([result, reason], ["differs", "image-folder"]);
});

Deno.test("kato verify repeats an image that was refused, where the audit log says so, and takes no file's word for it", async () => {
  using home = albumHome();
  const large = new Uint8Array(1024 * 1024 + 1);
  large.set(Uint8Array.fromBase64(PNG));
  const rowOf = (uuid: string, data: string) => {
    const content = [{ type: "image", source: { type: "base64", media_type: "image/png", data } }];
    return `${
      JSON.stringify({ type: "user", uuid, sessionId: SESSION_A, message: { role: "user", content } })
    }\n`;
  };
  const { policyFile, logs } = placesOf(home.home);
  Deno.writeTextFileSync(policyFile, "[destinations]\nmax_file_mb = 1\n", { mode: 0o600 });
  for (const others of [rowOf("4b8d1d0e", PNG), ""]) {
    keepLog(home.home, SESSION_A, conversation(SESSION_A) + others + rowOf("5b8d1d0e", large.toBase64()));
    await run("export 5d8a -o a.md --force", home);
    const text = Deno.readTextFileSync(`${home.cwd}/a.md`);
    const has = [text.includes("![png image]"), text.includes("(not kept: too-large)")];
    assert.deepEqual(has, [others !== "", true]);
    assert.equal((await verify("a.md", home)).result, "equal");
  }
  Deno.removeSync(logs, { recursive: true });
  const { result, reason } = await verify("a.md", home);
  assert.deepEqual([result, reason], ["differs", "text"]);
  // A larger limit: the image is kept, whatever the log says of an earlier export.
  Deno.removeSync(policyFile);
  await run("export 5d8a -o a.md --force", home);
  assert.equal((await verify("a.md", home)).result, "equal");
});

Deno.test("kato verify repeats an image that was refused first and kept later, where the audit log says both", async () => {
  using home = albumHome();
  const { logs } = placesOf(home.home);
  const again = JSON.stringify({
    type: "user",
    uuid: "5b8d1d0e",
    sessionId: SESSION_A,
    message: {
      role: "user",
      content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: PNG } }],
    },
  });
  Deno.writeTextFileSync(home.log, `${again}\n${again.replace("5b8d1d0e", "6b8d1d0e")}\n`, { append: true });
  await run("export 5d8a -o a.md", home);
  const path = `${home.cwd}/a.md`;
  const [before = "", ...shown] = Deno.readTextFileSync(path).split(/(?=\n!\[png image\])/);
  const name = /a\.assets\/(\w+\.png)/.exec(shown[0] ?? "")?.[1];
  const destination = `${home.cwd}/a.assets/${name}`;
  const image = { provider: "claude-code", session: SESSION_A, destination } as const;
  const [deny, ...allow] = [
    destinationOpened(image, null, "deny", "too-large", null),
    imageDecided(image),
    destinationOpened(image, null, "allow", "created", null),
  ];
  assert.ok(deny !== undefined);
  const link = destinationOpened(image, null, "deny", "symlink", null);
  /** What the audit log says, which of the images are lines, and the verdict. */
  const table: readonly (readonly [
    records: readonly AuditBody[],
    lines: readonly (number | readonly [line: number, reason: string])[],
    result: string,
  ])[] = [
    [[deny, ...allow], [], "equal"],
    [[deny, ...allow], [0], "equal"],
    [[deny, ...allow], [0, 1], "equal"],
    [[deny, ...allow], [1], "differs"],
    [[deny, ...allow], [0, 1, 2], "differs"],
    [[...allow, deny], [0], "differs"],
    [allow, [0], "differs"],
    [[deny], [0, 1, 2], "equal"],
    // In turns, as often as the log says.
    [[...allow, deny], [2], "equal"],
    [[...allow, deny], [1, 2], "equal"],
    [[...allow, deny], [1], "differs"],
    [[...allow, deny, ...allow], [1], "equal"],
    [[deny, ...allow, deny], [0, 2], "equal"],
    [[deny, ...allow, deny, ...allow], [0, 2], "equal"],
    [[deny, ...allow, deny], [1], "differs"],
    // Each with its own reason.
    [[deny, link, ...allow], [0, [1, "symlink"]], "equal"],
    [[deny, link, ...allow], [[0, "symlink"], 1], "differs"],
    [[deny, ...allow, link], [0, [2, "symlink"]], "equal"],
    [[deny, ...allow, link], [0, 2], "differs"],
    [[deny, link], [0, [1, "symlink"], [2, "symlink"]], "equal"],
    [[deny, ...allow, link], [0, [1, "symlink"], [2, "symlink"]], "equal"],
    [[deny, link, ...allow], [0, [1, "symlink"], [2, "symlink"]], "differs"],
  ];
  for (const [records, lines, expected] of table) {
    Deno.removeSync(logs, { recursive: true });
    makePrivateFolder(logs);
    const options = { directory: logs, policyVersion: 1, policyHash: "0".repeat(64) };
    const daemon = openAuditLog({ ...options, actor: { role: "orchestrator", pid: 4242 } });
    for (const record of records) daemon.append(record);
    daemon.close();
    const reasons = new Map(lines.map((line) => typeof line === "number" ? [line, "too-large"] : line));
    const texts = shown.map((text, at) =>
      reasons.has(at)
        ? text.replace(/^\n!\[png image\].*\n/, "").replace(
          "70 bytes",
          `70 bytes (not kept: ${reasons.get(at)})`,
        )
        : text
    );
    Deno.writeTextFileSync(path, [before, ...texts].join(""));
    assert.equal(
      (await verify("a.md", home)).result,
      expected,
      JSON.stringify([records.map(({ reason }) => reason), lines]),
    );
  }
});

for (const images of [7, 8, 20]) {
  Deno.test(`kato verify repeats ${images} images of one result that were refused once and then kept`, async () => {
    using home = albumHome();
    const content = Array.from({ length: images }, (_, at) => ({
      type: "image",
      source: { type: "base64", media_type: "image/png", data: numberedPng(at) },
    }));
    const use = { type: "tool_use", id: "t1", name: "Read", input: { file_path: "/a.png" } };
    const row = (type: string, uuid: string, content: unknown) =>
      `${JSON.stringify({ type, uuid, sessionId: SESSION_A, message: { role: type, id: uuid, content } })}\n`;
    const result = row("user", "6b8d1d0e", [{ type: "tool_result", tool_use_id: "t1", content }]);
    // Only a file with such words is compared with refusals.
    const talk = conversation(SESSION_A, { typed: "What does (not kept: too-large) mean?" });
    keepLog(home.home, SESSION_A, talk + row("assistant", "5b8d1d0e", [use]) + result);
    await run("export 5d8a -o a.md", home);
    const names = Deno.readTextFileSync(`${home.cwd}/a.md`).matchAll(/a\.assets\/(\w+\.png)/g);
    const { logs } = placesOf(home.home);
    Deno.removeSync(logs, { recursive: true });
    makePrivateFolder(logs);
    const options = { directory: logs, policyVersion: 1, policyHash: "0".repeat(64) };
    const daemon = openAuditLog({ ...options, actor: { role: "orchestrator", pid: 4242 } });
    const log = [...names].map(([, name]) => ({
      provider: "claude-code",
      session: SESSION_A,
      destination: `${home.cwd}/a.assets/${name}`,
    } as const));
    assert.equal(log.length, images);
    for (const image of log) daemon.append(destinationOpened(image, null, "deny", "too-large", null));
    for (const image of log) daemon.append(destinationOpened(image, null, "allow", "created", null));
    daemon.close();
    assert.equal((await verify("a.md", home)).result, "equal");
  });
}

for (const reason of ["too-large", "symlink"]) {
  Deno.test(`kato verify finds that a link to an image was replaced by a refusal: ${reason}`, async () => {
    using home = albumHome();
    await run("export 5d8a -o a.md", home);
    const text = Deno.readTextFileSync(`${home.cwd}/a.md`);
    const changed = text.replace(/\n!\[png image\].*\n/, "").replace(
      "70 bytes",
      `70 bytes (not kept: ${reason})`,
    );
    assert.notEqual(changed, text);
    Deno.writeTextFileSync(`${home.cwd}/a.md`, changed);
    assert.equal((await verify("a.md", home)).result, "differs");
  });
}

const QUOTED = `![png image](b.assets/${"0".repeat(32)}.png)`;

for (const images of ["files", "off"]) {
  for (const folder of ["b.assets", "a.assets"]) {
    Deno.test(`kato verify knows a link that is only quoted: to ${folder}, images = ${images}`, async () => {
      using home = albumHome(`\`\`\`\n${QUOTED.replace("b.assets", folder)}\n\`\`\``);
      if (images === "off") Deno.removeSync(placesOf(home.home).configFile);
      await run("export 5d8a -o a.md", home);
      assert.ok(Deno.readTextFileSync(`${home.cwd}/a.md`).includes(`\n![png image](${folder}/000`));
      assert.equal((await verify("a.md", home)).result, "equal");
    });
  }
}

Deno.test("kato verify says how much the session has gone on", async () => {
  using home = makeHome();
  const log = keepLog(home.home, SESSION_A, conversation(SESSION_A));
  for (const format of FORMATS) await run(`export 5d8a -o a.${format}`, home);
  await run(`export 5d8a --last 1 -o last.md`, home);
  const more = conversation(SESSION_A, { typed: "Water them." }).replaceAll("u-5d8a", "u-2").replaceAll(
    "a-5d8a",
    "a-2",
  );
  Deno.writeTextFileSync(log, more, { append: true });
  for (const file of ["a.md", "a.html", "a.jsonl", "last.md"]) {
    const { result, more, closed } = await verify(file, home);
    assert.deepEqual([result, more, closed], ["equal", 2, file !== "a.jsonl"], file);
  }
  assert.equal(
    (await run("verify a.md", home)).out,
    "~/work/a.md is what its source gives: events 0 to 1 of session 5d8aa099 of Claude Code, 21 lines. " +
      "The session has 2 events more by now.\nCompared as the file says of itself, and with: tools, results, " +
      "agents, notices; times in UTC; secrets replaced by the policy as it is now.\n",
  );
});

/** A home that shows times as recordings of these tests do. */
function recordingHome(name: string) {
  const home = homeOf(name);
  const { config, configFile } = placesOf(home.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(configFile, `[render]\ntime_zone = "${TIME_ZONE}"\n`);
  return { ...home, whole: readWhole(home.log) };
}

for (const format of FORMATS) {
  Deno.test(`kato verify follows a recording in ${format} that began late, whether it goes on or ended`, async () => {
    using home = recordingHome("tools");
    const { whole, session } = home;
    const last = whole.events.length - 1;
    for (let from = 0; from <= last; from += 1) {
      for (const until of [null, last]) {
        if (until !== null && from >= until) continue;
        const text = renderSpan(whole, { command: from, from, until, format });
        Deno.writeTextFileSync(`${home.cwd}/a.${format}`, text);
        const { result, parts, closed } = await verify(`a.${format}`, home);
        assert.equal(result, "equal", `from ${from} until ${until}`);
        // Events that the page does not show may count to either side.
        assert.equal(parts.length, 1);
        if (format !== "jsonl") assert.equal(closed, until !== null);
        else assert.deepEqual(parts, [{ session, from, to: (until ?? last + 1) - 1 }]);
      }
    }
  });

  Deno.test(`kato verify follows a recording in ${format} that was stopped and resumed`, async () => {
    using home = recordingHome("composed");
    const { whole, session } = home;
    const last = whole.events.length - 1;
    const again = 7;
    const meta = whole.metas[0] ?? assert.fail();
    const stopped = renderParts(meta, format, [{ whole, from: 0, until: 2 }, {
      whole,
      from: again,
      until: last,
    }]);
    Deno.writeTextFileSync(`${home.cwd}/b.${format}`, stopped);
    const { result, parts } = await verify(`b.${format}`, home);
    assert.equal(result, "equal");
    assert.deepEqual(parts, [{ session, from: 0, to: 1 }, { session, from: again, to: last - 1 }]);
  });

  Deno.test(`kato verify finds any change of a file in ${format}, and its line`, async () => {
    using home = homeOf("composed");
    const path = `${home.cwd}/a.${format}`;
    await run(`export ${home.session} -o a.${format}`, home);
    const text = Deno.readTextFileSync(path);
    const lines = text.split("\n");
    await fc.assert(
      fc.asyncProperty(
        fc.nat(lines.length - 2),
        fc.constantFrom("change", "remove", "add"),
        async (at, how) => {
          const line = lines[at] ?? "";
          const changed = how === "change" ? [`${line}x`] : how === "remove" ? [] : ["forged", line];
          const whole = [...lines.slice(0, at), ...changed, ...lines.slice(at + 1)];
          // Lines of JSON that are missing are as if they had not been recorded; of equal lines, any may be missing.
          if (how === "remove" && (format === "jsonl" || line === lines[at + 1] || line === "")) return;
          Deno.writeTextFileSync(path, whole.join("\n"));
          const { ended, result, difference } = await verify(`a.${format}`, home);
          if (result === "cannot-tell") return void assert.ok(at < 130, `line ${at + 1}`);
          assert.deepEqual([ended, result], ["ended", "differs"], `${how} line ${at + 1}`);
          if (difference !== null && how !== "remove") {
            assert.ok(difference.line <= at + 2, `${difference.line} ${at + 1}`);
          }
        },
      ),
      { numRuns: 40 },
    );
    Deno.writeTextFileSync(path, text.slice(0, -7));
    assert.equal((await verify(`a.${format}`, home)).result, "differs", "cut");
    Deno.writeTextFileSync(path, `${text}more\n`);
    const { difference } = await verify(`a.${format}`, home);
    assert.deepEqual([difference.line, difference.found, difference.event], [lines.length, "more", null]);
  });
}

const FORGED_HEADS:
  readonly (readonly [name: string, forge: (text: string) => string, result: string, reason: string])[] = [
    ["another session's id", (text) => text.replaceAll(SESSION_A, SESSION_B), "differs", "text"],
    [
      "a session that is not there",
      (text) => text.replaceAll("000001", "000009"),
      "cannot-tell",
      "no-source",
    ],
    [
      "a path for a session",
      (text) => text.replaceAll(SESSION_A, "../../../../etc/passwd"),
      "cannot-tell",
      "no-source",
    ],
    ["no session", (text) => text.replaceAll(SESSION_A, ""), "cannot-tell", "not-of-kato"],
    [
      "a session without end",
      (text) => text.replaceAll(SESSION_A, "x".repeat(300)),
      "cannot-tell",
      "not-of-kato",
    ],
    [
      "another client",
      (text) => text.replace("provider: claude-code", "provider: codex"),
      "cannot-tell",
      "no-source",
    ],
    [
      "a client that is none",
      (text) => text.replace("claude-code", "__proto__"),
      "cannot-tell",
      "not-of-kato",
    ],
    ["a key twice", (text) => text.replace("client:", 'title: "x"\nclient:'), "cannot-tell", "not-of-kato"],
    [
      "a key of its own",
      (text) => text.replace("client:", 'source: "/etc/passwd"\nclient:'),
      "cannot-tell",
      "not-of-kato",
    ],
    [
      "a range that is none",
      (text) => text.replace("format:", 'range: "all of it"\nformat:'),
      "cannot-tell",
      "not-of-kato",
    ],
    [
      "a range that it has not",
      (text) => text.replace("format:", 'range: "from event 1"\nformat:'),
      "differs",
      "text",
    ],
    [
      "a value that is no JSON",
      (text) => text.replace(/title: ".*"/, 'title: "\\x"'),
      "cannot-tell",
      "not-of-kato",
    ],
    ["another project", (text) => text.replace("/garden", "/shed"), "differs", "text"],
    ["another start", (text) => text.replace('started: "2026', 'started: "2025'), "differs", "text"],
    [
      "another title",
      (text) => text.replaceAll('Plant the beans."', 'Forged."').replace("# Plant the beans.", "# Forged."),
      "differs",
      "title",
    ],
    [
      "a head without end",
      (text) => text.replace("\n---\n", "\n" + 'a: "b"\n'.repeat(20_000) + "---\n"),
      "cannot-tell",
      "not-of-kato",
    ],
    [
      "headings that keep a search busy",
      (text) => text.replace("\n## ", `\n## ${" — ".repeat(15_000)}\n## `),
      "differs",
      "text",
    ],
    ["images without end", (text) => `${text}${"\n![".repeat(300_000)}`, "differs", "text"],
    ["nothing of kato's", () => "# My notes\n", "cannot-tell", "not-of-kato"],
    ["nothing", () => "", "cannot-tell", "not-of-kato"],
    ["bytes that are no text", () => "---\n\u0000\u001b[2J", "cannot-tell", "not-of-kato"],
  ];

for (const [name, forge, result, reason] of FORGED_HEADS) {
  Deno.test(`kato verify is not led astray by a file that says of itself: ${name}`, async () => {
    using home = makeHome();
    keepLog(home.home, SESSION_A, conversation(SESSION_A));
    keepLog(home.home, SESSION_B, conversation(SESSION_B, { reply: "They grow." }));
    await run("export 5d8a -o a.md", home);
    Deno.writeTextFileSync(`${home.cwd}/a.md`, forge(Deno.readTextFileSync(`${home.cwd}/a.md`)));
    const verdict = await verify("a.md", home);
    assert.deepEqual([verdict.result, verdict.reason], [result, reason]);
  });
}

Deno.test("kato verify lets no character of a file or of its source steer the terminal", async () => {
  using home = makeHome();
  const attack = "\u001b[2J\u001b]0;owned\u0007\u009b2J\u202e";
  keepLog(home.home, SESSION_A, conversation(SESSION_A, { typed: `Plant ${attack}` }));
  await run("export 5d8a -o a.md", home);
  const text = Deno.readTextFileSync(`${home.cwd}/a.md`);
  for (
    const changed of [
      text.replace("They are", `${attack}`),
      text.replace(SESSION_A, "\\u001b[2J"),
      text.replace(/# Plant.*/, attack),
    ]
  ) {
    Deno.writeTextFileSync(`${home.cwd}/a.md`, changed);
    for (const terminal of [40, 80]) {
      const { out, err } = await run("verify a.md", home, { terminal });
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(out + err, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  }
});

Deno.test("kato verify reads regular files alone, and the one that a link leads to", async () => {
  using home = makeHome();
  keepLog(home.home, SESSION_A, conversation(SESSION_A));
  await run("export 5d8a -o a.md", home);
  Deno.symlinkSync(`${home.cwd}/a.md`, `${home.cwd}/link.md`);
  assert.equal((await verify("link.md", home)).result, "equal");
  new Deno.Command("mkfifo", { args: [`${home.cwd}/fifo.md`] }).outputSync();
  for (const name of ["fifo.md", "missing.md", "."]) {
    assert.equal((await run(`verify ${name}`, home)).ended, "no-input", name);
  }
});

Deno.test("kato verify cannot tell where the log is gone, or where another version made the file", async () => {
  using home = makeHome();
  const log = keepLog(home.home, SESSION_A, conversation(SESSION_A));
  await run("export 5d8a -o a.md", home);
  const path = `${home.cwd}/a.md`;
  const text = Deno.readTextFileSync(path);
  const audit = (version: string) => {
    const options = { directory: placesOf(home.home).logs, policyVersion: 1, policyHash: "0".repeat(64) };
    const daemon = openAuditLog({ ...options, actor: { role: "orchestrator", pid: 4242 } });
    daemon.append(daemonStarted("kernel-sandbox", `kato ${version}, host processes`));
    const recording = { provider: "claude-code", session: SESSION_A, destination: path } as const;
    daemon.append(destinationOpened(recording, null, "allow", "created", null));
    daemon.close();
  };
  audit("0.0.1");
  assert.equal((await verify("a.md", home)).result, "equal", "what is equal needs no excuse");
  Deno.writeTextFileSync(path, text.replace("They are", "They were"));
  const old = await verify("a.md", home);
  assert.deepEqual([old.result, old.reason, old.made.version], ["cannot-tell", "other-version", "0.0.1"]);
  assert.match(
    old.message,
    /kato 0\.0\.1 made it, which this one cannot repeat exactly\. It differs at line \d+/,
  );
  Deno.writeTextFileSync(path, text);
  Deno.removeSync(log);
  const gone = await run("verify a.md", home);
  assert.equal(gone.ended, "ended");
  assert.match(
    gone.out,
    /^kato cannot judge ~\/work\/a\.md: there is no log of session 5d8aa099 of Claude Code/,
  );
});

Deno.test("kato verify believes the daemon's report of a recording before the file's own words", async () => {
  using home = makeHome();
  for (const session of [SESSION_A, SESSION_B]) keepLog(home.home, session, conversation(session));
  await run("export 5d8a -o a.md", home);
  const path = `${home.cwd}/a.md`;
  const report = (recording: Partial<RecordingStatus>) => {
    const { state, statusFile } = placesOf(home.home);
    makePrivateFolder(state);
    const whole: RecordingStatus = {
      provider: "claude-code",
      session: SESSION_A,
      destination: path,
      kind: "capture",
      state: "active",
      problem: null,
      events: 2,
      bytes: 100,
      lag: 0,
      written: null,
      goesOn: null,
      ...recording,
    };
    Deno.writeTextFileSync(statusFile, JSON.stringify({ ...STATUS, recordings: [whole] }));
  };
  report({});
  assert.deepEqual(await verify("a.md", home).then(({ result, recording }) => [result, recording]), [
    "equal",
    "active",
  ]);
  report({ session: SESSION_B });
  assert.deepEqual(await verify("a.md", home).then(({ result, reason }) => [result, reason]), [
    "differs",
    "other-session",
  ]);
  report({});
  const text = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, text.slice(0, -30));
  assert.equal((await verify("a.md", home)).reason, "being-written");
  report({ state: "stopped" });
  assert.equal((await verify("a.md", home)).result, "differs");
});

const STATUS: Status = {
  v: 1,
  version: "0.2.0",
  pid: 4242,
  state: "running",
  started: "2026-11-24T07:00:00.000Z",
  updated: "2026-11-24T07:59:00.000Z",
  host: "threads",
  kernelSandbox: false,
  kernelMissing: [],
  policy: { version: 1, hash: "0".repeat(64) },
  providers: [],
  recordings: [],
  denials: [],
  waiting: [],
  errors: [],
};
