/**
 * What a client writes again in a document that was read: the same record with more in it, which is no news of the log, or
 * another record, which makes what follows a log that came late.
 */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { indexSessions } from "../../src/parser/session_index.ts";
import { readSession } from "../../src/parser/session_reader.ts";
import { gemini } from "../../src/providers/gemini/gemini.ts";

const SESSION = "5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a10";

type Message = Readonly<Record<string, unknown>>;

const time = (second: number) => `2026-11-23T10:00:0${second}.300Z`;
const typed = (id: string, text: string): Message => ({
  id,
  timestamp: time(1),
  type: "user",
  content: [{ text }],
});
const spoken = (id: string, content: string, more: Message = {}): Message => ({
  id,
  timestamp: time(2),
  type: "gemini",
  content,
  thoughts: [],
  model: "gemini-3.1-pro-preview",
  ...more,
});
const CALLS = {
  toolCalls: [{
    id: "c1",
    name: "list_directory",
    args: {},
    status: "success",
    timestamp: time(3),
    result: [],
  }],
};

const CHANGES: readonly [what: string, before: Message, after: Message, told: readonly string[]][] = [
  ["a message of the model without words gets its calls", spoken("g1", ""), spoken("g1", "", CALLS), []],
  [
    "a message of the model with words gets its calls",
    spoken("g1", "I look"),
    spoken("g1", "I look", CALLS),
    [],
  ],
  ["a message of the model becomes another one", spoken("g1", "I look"), spoken("g2", "I write"), ["place"]],
  ["a message of the model becomes a person's", spoken("g1", ""), typed("u2", "and now"), ["place"]],
  ["a message of the person becomes another one", typed("u2", "and now"), typed("u3", "and then"), ["place"]],
];

for (const [what, before, after, told] of CHANGES) {
  Deno.test(`a document in which ${what} ${told.length > 0 ? "was written anew" : "goes on"}`, () => {
    const root = Deno.makeTempDirSync();
    try {
      const path = `${root}/work/chats/session-2026-11-23T10-00-5b0c2f14.json`;
      Deno.mkdirSync(dirname(path), { recursive: true });
      const write = (...messages: readonly Message[]) =>
        Deno.writeTextFileSync(path, JSON.stringify({ sessionId: SESSION, startTime: time(0), messages }));
      write(typed("u1", "hello"), before);
      const index = indexSessions(gemini, [root]);
      for (const _ of index.scan(root));
      const rewritten: string[] = [];
      const reader = readSession({
        provider: gemini,
        session: SESSION,
        locate: () => index.files(SESSION) ?? assert.fail("no log"),
        from: null,
        whole: false,
        report: () => {},
        rewritten: (how) => void rewritten.push(how),
      });
      const readAll = () => {
        for (let read = reader.advance(); read !== "wait"; read = reader.advance());
      };
      readAll();
      write(typed("u1", "hello"), after, typed("u9", "go on"));
      readAll();
      assert.deepEqual(rewritten, told);
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  });
}
