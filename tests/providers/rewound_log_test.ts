/** A client that goes back writes its log anew: shorter, or under other ids. Nothing of it is read twice. */
import assert from "node:assert/strict";
import { locateLog } from "../../src/parser/session_files.ts";
import { readSession } from "../../src/parser/session_reader.ts";
import { RECENT_EVENTS } from "../../src/protocol/limits.ts";
import type { Checkpoint } from "../../src/protocol/cursor.ts";
import { copilot } from "../../src/providers/copilot/copilot.ts";

const SESSION = "7c0e41d2-5a1b-4c3d-8e2f-000000000001";

function message(number: number, id = `m${number}`): string {
  const timestamp = new Date(Date.UTC(2026, 10, 23) + number * 1000).toISOString();
  return `${JSON.stringify({ type: "user.message", data: { content: `turn ${number}` }, id, timestamp })}\n`;
}

function rewind(number: number): string {
  const timestamp = new Date(Date.UTC(2026, 10, 23) + number * 1000).toISOString();
  const data = { infoType: "rewind", message: "Rewound the conversation." };
  return `${JSON.stringify({ type: "session.info", data, id: `r${number}`, timestamp })}\n`;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

interface Stage {
  readonly texts: () => string[];
  readonly checkpoint: () => Checkpoint;
  replace(...lines: readonly string[]): void;
}

/** A live reader of the log at `path`, from a checkpoint or from its beginning. */
function stageOf(path: string, from: Checkpoint | null): Stage {
  const files = locateLog(copilot, SESSION, { part: "", path });
  const reader = readSession({
    provider: copilot,
    session: SESSION,
    locate: () => files,
    from,
    whole: false,
    report: () => {},
  });
  return {
    texts() {
      const texts: string[] = [];
      for (let advance = reader.advance(); advance !== "wait"; advance = reader.advance()) {
        assert.ok(typeof advance !== "string" || advance === "more", "nothing is waited for");
        if (advance === "more") continue;
        for (const { event } of advance.events) texts.push("text" in event ? event.text : event.type);
      }
      return texts;
    },
    checkpoint: () => JSON.parse(JSON.stringify(reader.checkpoint())),
    replace(...lines) {
      Deno.writeTextFileSync(`${path}.new`, lines.join(""));
      Deno.renameSync(`${path}.new`, path);
    },
  };
}

const FAR = 2 * RECENT_EVENTS + 50;

for (
  const [what, kept] of [["a little", FAR - 3], ["further than ids reach", 20], [
    "to its beginning",
    0,
  ]] as const
) {
  for (const restarted of [false, true]) {
    Deno.test(`a log that goes back ${what} gives one notice${restarted ? ", over a restart, too" : ""}`, () => {
      const folder = Deno.makeTempDirSync();
      try {
        const path = `${folder}/events.jsonl`;
        let stage = stageOf(path, null);
        stage.replace(...range(0, FAR).map((number) => message(number)));
        assert.equal(stage.texts().length, FAR);
        if (restarted) stage = stageOf(path, stage.checkpoint());
        const beginning = range(0, kept).map((number) => message(number));
        stage.replace(...beginning, rewind(FAR + 1));
        assert.deepEqual(stage.texts(), ["Rewound the conversation."]);
        if (restarted) stage = stageOf(path, stage.checkpoint());
        stage.replace(...beginning, rewind(FAR + 1), message(FAR + 2));
        assert.deepEqual(stage.texts(), [`turn ${FAR + 2}`]);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
}

Deno.test("a log that comes again under other ids repeats nothing, also where only its beginning is there yet", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/events.jsonl`;
    const stage = stageOf(path, null);
    stage.replace(...range(0, 30).map((number) => message(number)));
    assert.equal(stage.texts().length, 30);
    const again = range(0, 30).map((number) => message(number, `new${number}`));
    Deno.writeTextFileSync(path, again.slice(0, 7).join(""));
    assert.deepEqual(stage.texts(), []);
    Deno.writeTextFileSync(path, [...again.slice(7), message(30)].join(""), { append: true });
    assert.deepEqual(stage.texts(), ["turn 30"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
