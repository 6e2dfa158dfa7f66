/** The last of the files here: what docs/fleet.md tells administrators to type was typed by one of the others. */
import assert from "node:assert/strict";
import { blocksLeft } from "../../tools/fleet/page.ts";
import { afterAll, work } from "./fleet.ts";

afterAll("each command of the page on fleets was run as it is written", () => {
  assert.deepEqual(blocksLeft(work), []);
});
