/** The administrator's stop holds, whatever the file has and whatever is wrong beside it. */
import assert from "node:assert/strict";
import { mergePolicy } from "../../src/settings/merge.ts";
import { readStop, STOP_FILE } from "../../src/settings/stop.ts";

const FILE = `/etc/kato/${STOP_FILE}`;
const STOPPED = "an administrator has stopped kato on this machine";

const NOTICES: readonly (readonly [text: string, notice: string | null])[] = [
  ["", null],
  ["# until Monday\n", null],
  ['"ask the service desk" = true\n', "ask the service desk"],
  ["\n# why\nmaintenance = true\n", "maintenance"],
  ['"ask the service desk" = false\n', null],
  ['"ask the service desk" = "true"\n', null],
  ["maintenance.now = true\n", null],
  ['"the first" = true\n"the second" = true\n', "the first"],
  ["this is not TOML [", null],
  ["[destinations]\nmax_file_mb = 7\n", null],
];

for (const [text, notice] of NOTICES) {
  Deno.test(`readStop() takes ${JSON.stringify(text)} for a stop that says ${notice ?? "nothing more"}`, () => {
    const stop = readStop({ origin: "organisation", file: FILE, text });
    const message = notice === null ? STOPPED : `${STOPPED}: ${notice}`;
    assert.deepEqual(stop, { file: FILE, line: null, key: null, notice, message });
    const broken = { origin: "organisation" as const, file: "/etc/kato/policy.toml", text: "x = 1\n" };
    const result = mergePolicy([broken, { origin: "organisation", file: FILE, text }], "/home/ada");
    assert.deepEqual(result, { ok: false, errors: [stop], stop });
  });
}

for (
  const [origin, file] of [
    ["user", FILE],
    ["default", FILE],
    ["organisation", "/etc/kato/policy.toml"],
    ["organisation", "/etc/kato/policy.d/10-stop.toml"],
    ["organisation", `${FILE}.bak`],
    ["organisation", "/etc/kato/00-stop.toml"],
    ["organisation", "/etc/kato/old-policy.d/00-stop.toml"],
  ] as const
) {
  Deno.test(`readStop() takes no ${file} of origin ${origin} for a stop`, () => {
    assert.equal(readStop({ origin, file, text: '"stop" = true\n' }), null);
  });
}
