/** A log that somebody poisoned: kato stays up, says what it met, and another session does not notice. */
import assert from "node:assert/strict";
import { PROVIDERS } from "../../src/protocol/closed_sets.ts";
import { engineFlags, memoryFlags } from "../../tools/runtime_flags.ts";
import { TROUBLE_NAME_CHARS, TROUBLE_NAMES } from "../../src/protocol/limits.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { makeHome, startDaemon } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { until } from "../daemon/stage/until.ts";

const MEGABYTE = 1024 * 1024;

/** Appends `bytes` bytes of `filling` in pieces, as a client's one large write is seen by a reader. */
function appendMany(log: string, filling: string, bytes: number): void {
  const piece = filling.repeat(Math.ceil(8 * MEGABYTE / filling.length));
  using file = Deno.openSync(log, { append: true, create: true });
  const encoded = new TextEncoder().encode(piece);
  for (let written = 0; written < bytes; written += encoded.length) file.writeSync(encoded);
}

interface Poison {
  readonly name: string;
  /** Appends it to `log`; `rows` make whole rows of the same session. */
  pour(log: string, rows: ReturnType<typeof createRows>): void;
  /** A trouble that the status must tell of; null where the poison is JSON that means nothing. */
  readonly kind: string | null;
}

const POISONS: readonly Poison[] = [
  {
    name: "malformed JSON",
    kind: "malformed-line",
    pour: (log) => append(log, '{"type":"user",\n', "]\n", "nonsense\n"),
  },
  {
    name: "a line of 300 MB, nearly all of it one string",
    kind: "elided-value",
    pour(log, rows) {
      const [before = "", after = ""] = rows.assistant("HERE").split("HERE");
      append(log, before);
      appendMany(log, "x", 300 * MEGABYTE);
      append(log, after);
    },
  },
  {
    name: "a line of 64 MB of short values",
    kind: "oversized-line",
    pour(log) {
      append(log, "[0");
      appendMany(log, ',"a"', 64 * MEGABYTE);
      append(log, "]\n");
    },
  },
  {
    name: "nesting a hundred thousand deep",
    kind: "malformed-line",
    pour(log, rows) {
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
      append(log, rows.call("deep", "Bash", "DEEP").replace('"DEEP"', deep), `${"{".repeat(100_000)}\n`);
    },
  },
  {
    name: "wrong types everywhere",
    kind: "unknown-record",
    pour(log) {
      const values = ["null", "true", "0", '""', "[]", "{}", '[{"a":[]}]'];
      const keys = [
        "type",
        "message",
        "uuid",
        "timestamp",
        "attachment",
        "toolUseResult",
        "isMeta",
        "origin",
      ];
      append(log, ...values.map((value) => `${value}\n`));
      for (const key of keys) {
        for (const value of values) append(log, `{"type":"user","${key}":${value}}\n`);
      }
      append(
        log,
        '{"type":"a type of next year","uuid":"x"}\n',
        '{"type":"user","message":{"content":[{"type":7}]}}\n',
      );
    },
  },
  {
    name: "NUL bytes",
    kind: "malformed-line",
    pour: (log) => append(log, `${"\0".repeat(4096)}\n`, '{"a":"\0"}\n'),
  },
  {
    name: "invalid UTF-8",
    kind: "malformed-line",
    pour(log) {
      Deno.writeFileSync(log, new Uint8Array([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x0a]), {
        append: true,
      });
    },
  },
  {
    name: "keys of the prototype",
    kind: null,
    pour(log) {
      append(
        log,
        '{"__proto__":{"type":"user","polluted":true},"constructor":{"prototype":{"polluted":true}}}\n',
        '{"type":"user","__proto__":{"isMeta":false},"message":{"role":"user","content":"__proto__"}}\n',
      );
    },
  },
  {
    name: "six hundred thousand types, with long names",
    kind: "unknown-record",
    pour(log) {
      const name = "t".repeat(200);
      for (let from = 0; from < 600_000; from += 10_000) {
        const rows = Array.from({ length: 10_000 }, (_, index) => {
          const type = from === 0 ? `${name}${index}` : `t${from + index}`;
          return `{"type":"${type}","uuid":"u${from + index}"}\n`;
        });
        append(log, rows.join(""));
      }
    },
  },
  {
    name: "a million tiny lines",
    kind: "malformed-line",
    pour: (log) => append(log, "{\n".repeat(1_000_000)),
  },
];

/** The other clients have no logs here. Each that is followed adds a parser to this one process, whatever is read. */
const OTHERS_OFF = PROVIDERS.filter((id) => id !== "claude-code")
  .map((id) => `[providers.${id}]\nenabled = false\n`).join("");

Deno.test("poisoned logs neither stop the daemon nor touch another session, and are told of", async (t) => {
  await using home = await makeHome(`version = 1\n${OTHERS_OFF}`);
  await using daemon = startDaemon(home, { runtime: engineFlags(memoryFlags("daemon")) });
  await daemon.whenUp();
  const good = createRows();
  const goodLog = home.log(good.session, "-good");
  append(goodLog, good.user("::capture good.md"), good.assistant("before"));
  await daemon.whenRecording("good.md", "active");

  let told = 0;
  for (const { name, kind, pour } of POISONS) {
    await t.step(name, async () => {
      const rows = createRows();
      const log = home.log(rows.session, "-poisoned");
      append(log, rows.user(`::capture p${told}.md`));
      pour(log, rows);
      append(log, rows.assistant(`after ${name}`));
      append(goodLog, good.assistant(`meanwhile ${name}`));
      const file = `p${told}.md`;
      told += 1;
      await until(`${name} is recorded to its end`, () => {
        try {
          return home.readExport(file).includes(`after ${name}`);
        } catch {
          return false;
        }
      }, { saw: daemon.said });
      if (kind === null) return;
      await daemon.whenStatus(
        `${kind} is told`,
        ({ providers }) =>
          providers.some(({ troubles }) => troubles.some((trouble) => trouble.kind === kind)),
      );
    });
  }

  await t.step("few names are told, and short ones", async () => {
    const { providers } = await daemon.whenStatus(
      "all unknown records are counted",
      ({ providers }) =>
        providers.flatMap(({ troubles }) => troubles).filter(({ kind }) => kind === "unknown-record")
          .reduce((sum, { count }) => sum + count, 0) >= 600_000,
    );
    for (const { troubles } of providers) {
      assert.ok(new Set(troubles.map(({ what }) => what)).size <= TROUBLE_NAMES + 1);
      assert.ok(troubles.every(({ what }) => what.length <= TROUBLE_NAME_CHARS));
    }
  });
  await t.step("the other session is whole", async () => {
    append(goodLog, good.user("::stop"));
    await daemon.whenRecording("good.md", "stopped");
    assert.equal(home.readExport("good.md"), renderCapture(goodLog, "::capture good.md", "::stop"));
    for (const { name } of POISONS) assert.ok(home.readExport("good.md").includes(`meanwhile ${name}`));
  });
  const peak = daemon.peakMemory() / MEGABYTE;
  console.log(`peak memory ${Math.round(peak)} MiB`);
  // Well below what the unit gives the service: all poisons together, ten recordings under way.
  assert.ok(peak < 512, `peak memory ${peak} MiB`);
  assert.equal(await daemon.stop(), 0);
});
