/** What `kato sessions` finds out of a log without reading all of it. */
import assert from "node:assert/strict";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, runLine } from "./stage/run_line.ts";

const SMALL = conversation(SESSION_A);
const NAME = '{"type":"custom-title","customTitle":"The garden","sessionId":"s"}\n';

/** Conversation of at least `bytes`: answers of `each` characters. */
function talk(bytes: number, each: number): string {
  const answer = conversation(SESSION_A, { reply: "x".repeat(each) }).split("\n")[1] ?? "";
  return `${answer}\n`.repeat(Math.ceil(bytes / answer.length));
}

const LOGS: readonly (readonly [what: string, text: string, title: string])[] = [
  ["no name", SMALL, "Plant the beans."],
  ["a name at once", NAME + SMALL, "The garden"],
  ["a name soon", SMALL + talk(20_000, 5000) + NAME + talk(900_000, 5000), "The garden"],
  ["a name at the end", SMALL + talk(900_000, 5000) + NAME, "The garden"],
  ["a name at the end, without a line end", SMALL + talk(900_000, 5000) + NAME.trimEnd(), "The garden"],
  ["a name in the middle of a small log", SMALL + talk(50_000, 500) + NAME + talk(50_000, 500), "The garden"],
  ["its first words behind a long record", talk(150_000, 149_000) + SMALL, "Plant the beans."],
  ["no line end at all", SMALL.trimEnd(), "Plant the beans."],
];

/** Each kind of row that names a session, and words that only look like one. */
const NAMES: readonly (readonly [row: string, title: string])[] = [
  ['{"type":"custom-title","customTitle":"The garden","sessionId":"s"}', "The garden"],
  ['{"sessionId":"s","aiTitle":"The garden","type":"ai-title"}', "The garden"],
  ['{"type":"agent-name","agentName":"The garden","sessionId":"s"}', "The garden"],
  ['{"type":"summary","summary":"The garden","leafUuid":"u"}', "The garden"],
  ['{"type":"custom-titles","customTitle":"The garden","sessionId":"s"}', "Plant the beans."],
];

for (const [row, title] of NAMES) {
  Deno.test(`kato sessions takes the title that a late row has, or none: ${row}`, async () => {
    using place = makeHome();
    keepLog(place.home, SESSION_A, `${SMALL}${talk(200_000, 500)}${row}\n`);
    const ran = await runLine(["sessions", "--json"], place);
    assert.equal(JSON.parse(ran.out).sessions[0].title, title);
  });
}

for (const [what, text, title] of LOGS) {
  Deno.test(`kato sessions finds the title of a log with ${what}, and opens it once`, async () => {
    using place = makeHome();
    const log = keepLog(place.home, SESSION_A, text);
    const { openSync } = Deno;
    let opened = 0;
    Deno.openSync = (path, options) => {
      if (String(path) === log) opened += 1;
      return openSync(path, options);
    };
    try {
      const ran = await runLine(["sessions", "--json"], place);
      const [session] = JSON.parse(ran.out).sessions;
      assert.deepEqual([session.title, session.project], [title, "/home/dev/work/garden"]);
    } finally {
      Deno.openSync = openSync;
    }
    assert.equal(opened, 1);
  });
}

Deno.test("kato sessions parses no record that cannot name a session which it knows", async () => {
  using place = makeHome();
  keepLog(place.home, SESSION_A, SMALL + talk(200_000, 500) + NAME);
  const { parse } = JSON;
  let parsed = 0;
  JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]) => {
    if (text.includes("xxxx")) parsed += 1;
    return parse(text, reviver);
  };
  try {
    const ran = await runLine(["sessions", "--json"], place);
    assert.equal(parse(ran.out).sessions[0].title, "The garden");
  } finally {
    JSON.parse = parse;
  }
  assert.equal(parsed, 0);
});
