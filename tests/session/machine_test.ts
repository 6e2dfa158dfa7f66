/** Commands in, effects out. Scenarios 5, 6, 7. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Verb } from "../../src/protocol/command.ts";
import { VERBS } from "../../src/protocol/command.ts";
import {
  applyCommand,
  type Effect,
  type KnownRecording,
  type SessionCommand,
} from "../../src/session/machine.ts";

const A = "/x/a.md";
const B = "/x/b.md";

/** A recording of this session: 1 is into a.md, 2 into b.md. */
function known(destination: string, more: Partial<KnownRecording> = {}): KnownRecording {
  return { id: destination === A ? 1 : 2, destination, whole: false, next: 10, active: true, ...more };
}

function command(verb: Verb, destination: string | null, more: Partial<SessionCommand> = {}): SessionCommand {
  return { verb, destination, seq: 20, place: "leading", ...more };
}

const START = (destination: string, from: number, until: number | null = null): Effect => ({
  effect: "start",
  destination,
  from,
  until,
});
const POINT = (destination: string): Effect => ({ effect: "point", destination });
const END = (recording: number, until: number): Effect => ({ effect: "end", recording, until });
const RESUME = (recording: number, from: number): Effect => ({ effect: "resume", recording, from });

interface Case {
  readonly recordings: readonly KnownRecording[];
  readonly command: SessionCommand;
  readonly outcome: string;
  readonly effects?: readonly Effect[];
}

const CASES: Readonly<Record<string, Case>> = {
  "record starts with its own message": {
    recordings: [],
    command: command("record", A),
    outcome: "done: recording",
    effects: [START(A, 20), POINT(A)],
  },
  "capture starts with the session's first event": {
    recordings: [],
    command: command("capture", A),
    outcome: "done: captured",
    effects: [START(A, 0), POINT(A)],
  },
  "export writes up to its own message, and no further": {
    recordings: [],
    command: command("export", A),
    outcome: "done: exported",
    effects: [START(A, 0, 21)],
  },
  "export does not disturb what is being recorded": {
    recordings: [known(A)],
    command: command("export", B),
    outcome: "done: exported",
    effects: [START(B, 0, 21)],
  },
  "export into the session's own recording is denied": {
    recordings: [known(A)],
    command: command("export", A),
    outcome: "denied: destination-in-use",
  },
  "init says where to, and starts nothing": {
    recordings: [known(A)],
    command: command("init", B),
    outcome: "done: destination-set",
    effects: [POINT(B)],
  },
  "record into what is being recorded does nothing": {
    recordings: [known(A)],
    command: command("record", A),
    outcome: "nothing: already-recording",
  },
  "record elsewhere ends what is being recorded": {
    recordings: [known(A)],
    command: command("record", B),
    outcome: "done: recording",
    effects: [END(1, 20), START(B, 20), POINT(B)],
  },
  "record after a stop goes on with the same recording": {
    recordings: [known(A, { active: false })],
    command: command("record", A),
    outcome: "done: resumed",
    effects: [RESUME(1, 20), POINT(A)],
  },
  "record after a stop in the same message leaves no gap and repeats nothing": {
    recordings: [known(A, { active: false, next: 21 })],
    command: command("record", A, { place: "trailing" }),
    outcome: "done: resumed",
    effects: [RESUME(1, 21), POINT(A)],
  },
  "record back into the first ends the second": {
    recordings: [known(A, { active: false }), known(B)],
    command: command("record", A),
    outcome: "done: resumed",
    effects: [END(2, 20), RESUME(1, 20), POINT(A)],
  },
  "capture while recording elsewhere ends that": {
    recordings: [known(A)],
    command: command("capture", B),
    outcome: "done: captured",
    effects: [END(1, 20), START(B, 0), POINT(B)],
  },
  "capture into what is captured already does nothing": {
    recordings: [known(A, { whole: true })],
    command: command("capture", A),
    outcome: "nothing: already-recording",
  },
  "capture into a stopped capture goes on where it stopped": {
    recordings: [known(A, { whole: true, active: false })],
    command: command("capture", A),
    outcome: "done: captured",
    effects: [RESUME(1, 10), POINT(A)],
  },
  "capture into a file that holds a part is denied: it would stand behind what comes after it": {
    recordings: [known(A)],
    command: command("capture", A),
    outcome: "denied: destination-in-use",
  },
  "stop in front of the text ends before the message": {
    recordings: [known(A)],
    command: command("stop", null),
    outcome: "done: stopped",
    effects: [END(1, 20)],
  },
  "stop behind the text ends after the message": {
    recordings: [known(A)],
    command: command("stop", null, { place: "trailing" }),
    outcome: "done: stopped",
    effects: [END(1, 21)],
  },
  "stop without a recording does nothing": {
    recordings: [known(A, { active: false })],
    command: command("stop", null),
    outcome: "nothing: not-recording",
  },
};

for (const [name, { recordings, command, outcome, effects }] of Object.entries(CASES)) {
  Deno.test(`applyCommand() ${name}`, () => {
    const result = applyCommand({ recordings }, command);
    assert.equal(`${result.outcome}: ${result.reason}`, outcome);
    assert.deepEqual(result.outcome === "done" ? result.effects : undefined, effects);
  });
}

/** What the daemon makes of effects, without anything being written. */
function applyEffects(
  recordings: readonly KnownRecording[],
  effects: readonly Effect[],
  whole: boolean,
): KnownRecording[] {
  let all = [...recordings];
  const change = (id: number, to: Partial<KnownRecording>) => {
    all = all.map((one) => (one.id === id ? { ...one, ...to } : one));
  };
  for (const effect of effects) {
    if (effect.effect === "end") change(effect.recording, { active: false, next: effect.until });
    if (effect.effect === "resume") change(effect.recording, { active: true, next: effect.from });
    if (effect.effect === "start" && effect.until === null) {
      const { destination, from } = effect;
      all.push({ id: all.length + 1, destination, whole, next: from, active: true });
    }
  }
  return all;
}

const anyCommand = fc.record({
  verb: fc.constantFrom(...VERBS),
  destination: fc.constantFrom(A, B, "/x/c.md"),
  place: fc.constantFrom("leading" as const, "trailing" as const),
});

Deno.test("applyCommand() never records a session twice at once, and never goes back in it", () => {
  fc.assert(fc.property(fc.array(anyCommand, { maxLength: 30 }), (commands) => {
    let recordings: readonly KnownRecording[] = [];
    for (const [index, { verb, destination, place }] of commands.entries()) {
      const seq = index * 3;
      const outcome = applyCommand({ recordings }, {
        verb,
        destination: verb === "stop" ? null : destination,
        seq,
        place,
      });
      if (outcome.outcome !== "done") continue;
      const before = recordings;
      recordings = applyEffects(recordings, outcome.effects, verb === "capture");
      assert.ok(recordings.filter(({ active }) => active).length <= 1, "one at a time");
      assert.equal(new Set(recordings.map((one) => one.destination)).size, recordings.length);
      for (const { id, next } of before) {
        const after = recordings.find((one) => one.id === id);
        assert.ok(after !== undefined && after.next >= next, "nothing is recorded twice");
      }
    }
  }));
});
