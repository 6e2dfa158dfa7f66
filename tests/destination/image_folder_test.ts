import assert from "node:assert/strict";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { hasRoom, imageFolderOf } from "../../src/destination/image_folder.ts";

const FOLDERS: readonly (readonly [destination: string, folder: string])[] = [
  ["/notes/plan.md", "/notes/plan.assets"],
  ["/notes/v1.2/plan", "/notes/v1.2/plan.assets"],
  ["/notes/v1.2.md", "/notes/v1.2.assets"],
];

for (const [destination, folder] of FOLDERS) {
  Deno.test(`imageFolderOf() gives ${folder} for ${destination}`, () =>
    assert.equal(imageFolderOf(destination), folder));
}

/** Bytes that the folder holds, bytes of one more image, and whether 3 MiB have room for it. */
const ROOM: readonly (readonly [used: number, size: number, isRoom: boolean])[] = [
  [0, 3_145_728, true],
  [0, 3_145_729, false],
  [3_145_727, 1, true],
  [3_145_727, 2, false],
];

for (const [used, size, isRoom] of ROOM) {
  Deno.test(`hasRoom() says ${isRoom} for ${size} bytes beside ${used}`, () => {
    const destinations = { ...DEFAULT_POLICY.destinations, max_file_mb: 3 };
    assert.equal(hasRoom({ destinations }, used, size), isRoom);
  });
}
