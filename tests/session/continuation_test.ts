/** Where a recording goes when its session goes on in another one. */
import assert from "node:assert/strict";
import type { Verb } from "../../src/protocol/command.ts";
import { CONTINUATION_MS } from "../../src/protocol/limits.ts";
import { decideContinuation, letsGo, type Successor } from "../../src/session/continuation.ts";

const NOW = 1_900_000_000_000;
const SEEN = { isBeside: true, added: NOW - 5_000, letGo: null };

const CASES: Readonly<Record<string, readonly [Successor, string]>> = {
  "a session that was not seen yet": [{ isTaken: false, seen: null }, "on"],
  "one that is new": [{ isTaken: false, seen: SEEN }, "on"],
  "one that turned up since": [{ isTaken: false, seen: { ...SEEN, added: NOW + 5_000 } }, "on"],
  "one whose first command ended it": [{ isTaken: false, seen: { ...SEEN, letGo: 7 } }, "on before 7"],
  "one that was captured itself": [{ isTaken: false, seen: { ...SEEN, letGo: 0 } }, "nowhere: own-recording"],
  "one that another recording went on in": [{ isTaken: true, seen: SEEN }, "nowhere: own-recording"],
  "that, before it was seen": [{ isTaken: true, seen: null }, "nowhere: own-recording"],
  "one below another root": [{ isTaken: false, seen: { ...SEEN, isBeside: false } }, "nowhere: other-root"],
  "one that kato found": [{ isTaken: false, seen: { ...SEEN, added: null } }, "nowhere: not-new"],
  "one that is just new enough": [
    { isTaken: false, seen: { ...SEEN, added: NOW - CONTINUATION_MS } },
    "on",
  ],
  "one that kato has known for long": [
    { isTaken: false, seen: { ...SEEN, added: NOW - CONTINUATION_MS - 1 } },
    "nowhere: not-new",
  ],
};

for (const [name, [successor, wanted]] of Object.entries(CASES)) {
  Deno.test(`decideContinuation() sends a recording ${wanted}: ${name}`, () => {
    const continuation = decideContinuation(successor, NOW);
    const said = continuation.goes === "nowhere"
      ? `nowhere: ${continuation.reason}`
      : continuation.until === null
      ? "on"
      : `on before ${continuation.until}`;
    assert.equal(said, wanted);
  });
}

const COMMANDS: readonly (readonly [Verb, "leading" | "trailing", boolean, number | null])[] = [
  ["stop", "leading", false, 7],
  ["stop", "trailing", false, 8],
  ["record", "trailing", false, 7],
  ["capture", "leading", false, 7],
  ["capture", "leading", true, 0],
  ["export", "leading", false, null],
  ["init", "leading", false, null],
];

for (const [verb, place, isAutomatic, wanted] of COMMANDS) {
  const how = isAutomatic ? "by policy" : place;
  Deno.test(`letsGo() tells before which event ${verb}, ${how}, lets go of what records the session`, () => {
    assert.equal(letsGo({ verb, place, isAutomatic, seq: 7 }), wanted);
  });
}
