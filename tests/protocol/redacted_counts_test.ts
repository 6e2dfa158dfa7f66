/** Counts of replaced secrets: what a writer may say of them, and how people read them. */
import assert from "node:assert/strict";
import * as z from "zod/mini";
import { addCounts, describeRedacted, listCounts, redactedCounts } from "../../src/protocol/redaction.ts";
import { RULES_COUNTED } from "../../src/protocol/redaction_limits.ts";
import { RULE_NAMES } from "../../src/redaction/find_secrets.ts";

Deno.test("redactedCounts takes every rule, and nothing that is no count of one", () => {
  const all = Object.fromEntries(RULE_NAMES.map((rule) => [rule, 1]));
  assert.deepEqual(z.parse(redactedCounts, all), all);
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`r${at}`, 1]));
  assert.ok(z.safeParse(redactedCounts, many(RULES_COUNTED)).success);
  const refused = [
    { "a b": 1 },
    { jwt: 0 },
    { jwt: -1 },
    { jwt: 1.5 },
    { jwt: "1" },
    { "\u001b[2J": 1 },
    many(RULES_COUNTED + 1),
    {
      ["x".repeat(41)]: 1,
    },
  ];
  for (const counts of refused) {
    assert.ok(!z.safeParse(redactedCounts, counts).success, JSON.stringify(counts));
  }
});

Deno.test("addCounts(), listCounts() and describeRedacted()", () => {
  const sum = addCounts({ password: 1, jwt: 2 }, { jwt: 1, constructor: 1 });
  assert.deepEqual({ ...sum }, { password: 1, jwt: 3, constructor: 1 });
  assert.equal(listCounts(sum), "constructor 1, jwt 3, password 1");
  assert.equal(describeRedacted({ jwt: 1 }), "1 secret redacted (jwt 1)");
  assert.equal(describeRedacted(sum), "5 secrets redacted (constructor 1, jwt 3, password 1)");
});
