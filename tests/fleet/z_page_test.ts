/** The last file here: another one has typed every command that docs/fleet.md tells administrators to type. */
import assert from "node:assert/strict";
import { blocksLeft } from "../../tools/fleet/page.ts";
import { afterAll, work } from "./fleet.ts";

afterAll("each command of the page on fleets was run as it is written", () => {
  assert.deepEqual(blocksLeft(work), []);
});
