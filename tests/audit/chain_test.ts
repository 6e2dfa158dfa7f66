import assert from "node:assert/strict";
import { makeRecord, readLine, recordLine, START, whyNotNext } from "../../src/audit/chain.ts";
import { AUDIT_EVENTS, REASONS } from "../../src/audit/reasons.ts";
import type { AuditBody } from "../../src/audit/record.ts";
import { canonicalJson } from "../../src/protocol/canonical_json.ts";
import { AUDIT_LINE_BYTES, AUDIT_TEXT_BYTES } from "../../src/protocol/limits.ts";

const BODY: AuditBody = {
  event: "command",
  provider: "codex",
  session: "s",
  command: "::record x.md",
  requested: "x.md",
  path: "/home/ada/x.md",
  decision: "allow",
  reason: "recording",
  detail: null,
};
const STAMP = {
  time: "2026-11-23T00:00:00.000Z",
  policyVersion: 1,
  policyHash: "f".repeat(64),
  actor: { role: "orchestrator", worker: null, pid: 7 },
};

Deno.test("makeRecord() has one result for one input, and its hash is reproducible by others", () => {
  const record = makeRecord(START, BODY, STAMP);
  const { hash, ...rest } = record;
  // Made with Python: sha256(json.dumps(record, sort_keys=True, separators=(",", ":"))).
  assert.equal(hash, "599c4e061eda8fb69ba3bfbab95839ba7800b0ebd1520195f11ea6515de2425b");
  assert.equal(record.previous, "0".repeat(64));
  assert.deepEqual(Object.keys(rest).slice(0, 4), ["v", "sequence", "time", "event"]);
});

Deno.test("readLine() reads what recordLine() wrote, and the chain goes on", () => {
  const first = makeRecord(START, BODY, STAMP);
  const second = makeRecord(first, { ...BODY, command: 'nul \0 quote " snow \u2603 \u{1f600}' }, STAMP);
  for (const record of [first, second]) {
    assert.deepEqual(readLine(recordLine(record)), { line: "record", record });
  }
  assert.equal(whyNotNext(START, first), null);
  assert.equal(whyNotNext(first, second), null);
});

Deno.test("a record says whose log it is where a chain begins and where a daemon starts, and the organisation's hash always", () => {
  const origin = { machine: "a".repeat(32), host: "laptop", uid: 1000, user: "ada" };
  const organisationHash = "0".repeat(64);
  const stamp = { ...STAMP, origin, organisationHash };
  const first = makeRecord(START, BODY, stamp);
  const second = makeRecord(first, BODY, stamp);
  const third = makeRecord(second, { ...BODY, event: "daemon-started" }, {
    ...stamp,
    organisationHash: null,
  });
  assert.deepEqual([first.origin, second.origin, third.origin], [origin, undefined, origin]);
  assert.deepEqual([first, second, third].map((record) => record.organisationHash), [
    organisationHash,
    organisationHash,
    null,
  ]);
  for (const record of [first, second, third]) {
    assert.deepEqual(readLine(recordLine(record)), { line: "record", record });
    const forged = recordLine(record).replace('"uid":1000', '"uid":1001').replace(
      organisationHash,
      "1".repeat(64),
    );
    if (forged !== recordLine(record)) assert.equal(readLine(forged).line, "bad");
  }
  const long = makeRecord(START, BODY, {
    ...stamp,
    origin: { ...origin, host: "\u0001".repeat(9999), user: "\u0001".repeat(9999) },
  });
  assert.ok(recordLine(long).length < 5000);
});

Deno.test("readLine() tells torn from changed", async (t) => {
  const line = recordLine(makeRecord(START, BODY, STAMP));
  const cases: [name: string, text: string, kind: string][] = [
    ["half", line.slice(0, line.length / 2), "torn"],
    ["one byte", "{", "torn"],
    ["all but one byte", line.slice(0, -1), "torn"],
    ["zeros", "\0\0\0\0", "torn"],
    ["zeros after half", `${line.slice(0, 50)}\0\0`, "torn"],
    ["nothing", "", "bad"],
    ["other text", "tampered", "bad"],
    ["another version", line.replace('"v":1', '"v":2'), "bad"],
    ["one letter changed", line.replace("x.md", "y.md"), "bad"],
    ["a field more", line.replace("{", '{"extra":1,'), "bad"],
    ["a space more", line.replace(",", ", "), "bad"],
    ["a field twice", line.replace('"v":1', '"v":1,"v":1'), "bad"],
    ["fields in another order", canonicalJson(JSON.parse(line)), "bad"],
    ["a hash that is not its own", line.replace(/"hash":"../, '"hash":"zz'), "bad"],
  ];
  for (const [name, text, kind] of cases) await t.step(name, () => assert.equal(readLine(text).line, kind));
});

Deno.test("makeRecord() bounds every text, and a line fits its bound", () => {
  const long = "\u0001".repeat(50_000);
  const body: AuditBody = {
    ...BODY,
    provider: long,
    session: long,
    command: long,
    requested: long,
    path: long,
    detail: long,
  };
  const stamp = { ...STAMP, actor: { role: long, worker: long, pid: 1 } };
  const record = makeRecord(START, body, stamp);
  assert.ok(recordLine(record).length < AUDIT_LINE_BYTES);
  assert.ok(record.command?.endsWith("…"));
  const bytes = (text: string | null) => new TextEncoder().encode(text ?? "").length;
  assert.ok(bytes(record.command) <= 1100 && bytes(record.path) <= 4096 && bytes(record.detail) <= 1024);
});

Deno.test("makeRecord() cuts between characters and mends half ones", () => {
  const cut = makeRecord(START, { ...BODY, command: "é".repeat(800) }, STAMP).command ?? "";
  assert.match(cut, /^é+…$/);
  assert.equal(makeRecord(START, { ...BODY, command: "a\ud800b" }, STAMP).command, "a\ufffdb");
});

Deno.test("makeRecord() never leaves a half character at a cut, and cuts no more than one away", async (t) => {
  const mark = new TextEncoder().encode("…").length;
  for (const character of ["a", "é", "語", "𝄞", "\ufffd"]) {
    const width = new TextEncoder().encode(character).length;
    for (let before = 0; before < 5; before++) {
      await t.step(`${before} bytes, then ${width} each`, () => {
        const whole = "a".repeat(before) + character.repeat(2_000);
        const cut = makeRecord(START, { ...BODY, detail: whole }, STAMP).detail ?? "";
        const length = new TextEncoder().encode(cut).length;
        assert.ok(length <= AUDIT_TEXT_BYTES && length > AUDIT_TEXT_BYTES - width, String(length));
        assert.equal(cut, `${whole.slice(0, cut.length - 1)}…`);
        assert.equal((length - mark - before) % width, 0);
      });
    }
  }
});

for (
  const [length, is] of [
    [AUDIT_TEXT_BYTES - 1, "whole"],
    [AUDIT_TEXT_BYTES, "whole"],
    [AUDIT_TEXT_BYTES + 1, "cut"],
  ] as const
) {
  Deno.test(`makeRecord() leaves a text of ${length} bytes ${is}`, () => {
    const text = "x".repeat(length);
    const { detail } = makeRecord(START, { ...BODY, detail: text }, STAMP);
    assert.equal(detail === text, is === "whole");
  });
}

Deno.test("canonicalJson() spells a value in one way", () => {
  assert.equal(
    canonicalJson({ b: 1, a: { d: [1, "x", null], c: undefined } }),
    '{"a":{"d":[1,"x",null]},"b":1}',
  );
  // Keys by UTF-16 code units, as RFC 8785 has it: the pair of surrogates comes before U+FB33.
  assert.equal(canonicalJson({ "\ufb33": 1, "\u{1f600}": 2, "1": 3 }), '{"1":3,"\u{1f600}":2,"\ufb33":1}');
  for (const value of [NaN, Infinity, undefined, 1n, () => 1]) {
    assert.throws(() => canonicalJson({ value: [value] }), /internal error/);
  }
});

Deno.test("docs/audit-events.md explains every event and reason", async (t) => {
  const page = await Deno.readTextFile(new URL("../../docs/audit-events.md", import.meta.url));
  for (const event of AUDIT_EVENTS) {
    await t.step(event, () => {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${event}\` `)) ?? "";
      assert.notEqual(row, "", "it has a row in the table of events");
      const missing = REASONS[event].filter((code) => !page.includes(`\`${code}\``));
      assert.deepEqual(missing, []);
      // Long lists stand further down; the short ones stand in the row.
      if (REASONS[event].length > 5 || event === "audit-log-changed") return;
      assert.deepEqual(
        [...row.split("|")[3]?.matchAll(/`([^`]+)`/g) ?? []].map(([, code]) => code),
        REASONS[event],
      );
    });
  }
});
