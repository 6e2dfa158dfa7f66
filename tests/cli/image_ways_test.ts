/** The ways in which `kato verify` takes an event for written: the likely ones come within the bound, however many images. */
import assert from "node:assert/strict";
import { pageWith } from "../../src/protocol/event.ts";
import { imageName, readImage } from "../../src/render/image.ts";
import { type EventWays, type Steps, waysWithImages } from "../../src/cli/verify/image_ways.ts";
import type { ImageHistory } from "../../src/cli/verify/refused_images.ts";
import { numberedPng } from "../render/one_pixel.ts";
import { type Body, eventsOf, HEAD } from "../render/render.ts";

/** The images of one event, as their states have it: `link`, or the reason of a refusal. Written with `ways` from `steps` on. */
function* shownBy(ways: EventWays, steps: Steps, images: number): Generator<readonly [string, Steps]> {
  const pictures = Array.from({ length: images }, (_, at) => ({ words: "image/png", data: numberedPng(at) }));
  const result = { type: "tool_result", call: "1", text: "", error: false };
  const bodies = [
    { type: "tool_call", call: "1", name: "Read", input: { file_path: "/a.png" } },
    { ...result, ...pageWith("", undefined, pictures) },
  ] as Body[];
  const [call, event] = eventsOf(bodies);
  assert.ok(call !== undefined && event !== undefined);
  const head = { ...HEAD, images: "files" } as const;
  for (const { renderer, steps: next } of ways(steps)) {
    const begun = renderer.step(head, renderer.begin(head), call).state;
    const { text } = renderer.step(head, begun, event);
    const states = text.matchAll(/!\[png image\]|\(not kept: ([\w-]+)\)/g);
    yield [[...states].map(([, reason]) => reason ?? "link").join(" "), next];
  }
}

const nameAt = (at: number) => {
  const image = readImage(numberedPng(at));
  return imageName(image ?? assert.fail());
};

function waysOf(histories: readonly ImageHistory[]): EventWays {
  const named = new Map(histories.map((history, at) => [nameAt(at), history]));
  return waysWithImages(named, "a.assets", (renderer) => renderer);
}

const times = (count: number, history: ImageHistory): ImageHistory[] => Array(count).fill(history);
const all = (count: number, state: string) => Array(count).fill(state).join(" ");

for (const images of [1, 2, 6, 7, 8, 20]) {
  /** What became of each image, and what all of them must be shown as within so many ways. */
  const table: readonly (readonly [histories: readonly ImageHistory[], shown: string, within: number])[] = [
    [times(images, ["too-large", null]), all(images, "too-large"), 1],
    [times(images, ["too-large", null]), all(images, "link"), 2],
    [times(images, [null, "symlink"]), all(images, "symlink"), 2],
    [times(images, ["too-large", "symlink", null]), all(images, "link"), 2],
    [times(images, ["too-large", null, "symlink"]), all(images, "link"), 4],
    [times(images, ["too-large", "symlink", null]), all(images, "symlink"), 4],
    // Of some the log has one refusal more.
    [[...times(images - 1, ["too-large", null]), ["too-large", null, "symlink"]], all(images, "link"), 4],
  ];
  for (const [histories, shown, within] of table) {
    Deno.test(`${images} images of ${JSON.stringify(histories.at(-1))} are tried as ${shown}`, () => {
      const tried = [...shownBy(waysOf(histories), new Map(), images)].map(([states]) => states);
      assert.ok(tried.slice(0, within).includes(shown), tried.slice(0, within).join("\n"));
      assert.ok(tried.length <= 64);
      assert.equal(new Set(tried).size, tried.length, "no text is tried twice");
    });
  }
}

Deno.test("an image goes no further in its history than its text needs, so that a later event finds the rest", () => {
  const ways = waysOf([["too-large", null, "too-large", null]]);
  let steps: Steps = new Map();
  for (const shown of ["too-large", "link", "too-large", "link"]) {
    const found = [...shownBy(ways, steps, 1)].find(([states]) => states === shown);
    assert.ok(found !== undefined, shown);
    steps = found[1];
  }
  assert.deepEqual([...steps.values()], [3]);
  assert.ok([...shownBy(ways, steps, 1)].every(([states]) => states === "link"));
});

Deno.test("images of one event that differ are tried in every combination, as far as the bound lets them", () => {
  const tried = new Set(
    [...shownBy(waysOf(times(6, ["too-large", null])), new Map(), 6)].map(([one]) => one),
  );
  assert.equal(tried.size, 64);
});
