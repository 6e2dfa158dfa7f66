/**
 * The ways in which one event may have been written: each image that was refused and kept in turns is a link or a line, as the
 * audit log has it at that time. Nobody knows which record belongs to which event, but their order holds. Pure.
 */
import { imageName } from "../../render/image.ts";
import { markdownWithImages } from "../../render/markdown.ts";
import type { Renderer } from "../../render/renderer.ts";
import type { ImageHistory } from "./refused_images.ts";

/** By the name of an image: how many steps of its history lie behind. Missing: none. */
export type Steps = ReadonlyMap<string, number>;

/** A renderer, and the steps that lie behind once it has written the event. */
export interface EventWay {
  readonly renderer: Renderer;
  readonly steps: Steps;
}

/** The ways of one event, the likeliest first. Each must be tried before the next one is taken. */
export type EventWays = (steps: Steps) => Iterable<EventWay>;

/** So many ways of one event are tried. An event has few images, and an image few records. */
const WAYS = 64;

/** Every image is a link; those of `histories`, as they say. */
export function waysWithImages(
  histories: ReadonlyMap<string, ImageHistory>,
  folder: string,
  finish: (renderer: Renderer) => Renderer,
): EventWays {
  function rendererAt(steps: Steps, asked: Set<string>): Renderer {
    return finish(markdownWithImages((image) => {
      const name = imageName(image);
      const history = histories.get(name) ?? KEPT;
      if (history.length > 1) asked.add(name);
      const state = history[steps.get(name) ?? 0] ?? null;
      return state === null ? { link: `${folder}/${name}` } : { refused: state };
    }));
  }
  const asked = new Set<string>();
  let usual: EventWay = { renderer: rendererAt(NONE, asked), steps: NONE };
  return function* (steps) {
    if (usual.steps !== steps) usual = { renderer: rendererAt(steps, asked), steps };
    asked.clear();
    yield usual;
    const names = [...asked];
    const keyOf = (way: Steps) => names.map((name) => way.get(name) ?? 0).join();
    const tried = new Set([keyOf(steps)]);
    for (const next of laterSteps(names, histories, steps)) {
      if (tried.has(keyOf(next))) continue;
      if (tried.size === WAYS) return;
      tried.add(keyOf(next));
      yield { renderer: rendererAt(next, new Set()), steps: next };
    }
  };
}

const KEPT: ImageHistory = [null];
const NONE: Steps = new Map();

/** Of one image: the first step of each state that may still come. A later step of the same state gives the same text. */
interface Ahead {
  readonly name: string;
  readonly first: ReadonlyMap<ImageHistory[number], number>;
  readonly last: ImageHistory[number];
}

/**
 * What keeps one image out mostly keeps out all of them, and is mended for all of them. So the ways in which all images have
 * come as far as they ever came, or are all links, or are all refused for one reason, come before the combinations. There may
 * be too many of those.
 */
function* laterSteps(
  names: readonly string[],
  histories: ReadonlyMap<string, ImageHistory>,
  steps: Steps,
): Generator<Steps> {
  const images = names.map((name) => aheadOf(name, histories.get(name) ?? KEPT, steps.get(name) ?? 0));
  yield together(images, steps, ({ last }) => last);
  for (const state of new Set([null, ...images.flatMap(({ first }) => [...first.keys()])])) {
    yield together(images, steps, () => state);
  }
  yield* combine(images, steps);
}

function aheadOf(name: string, history: ImageHistory, from: number): Ahead {
  const first = new Map<ImageHistory[number], number>();
  for (const [step, state] of history.entries()) {
    if (step >= from && !first.has(state)) first.set(state, step);
  }
  return { name, first, last: history.at(-1) ?? null };
}

/** Each image in the state that `wanted` gives; where that does not come any more, it stays as it is. */
function together(
  images: readonly Ahead[],
  steps: Steps,
  wanted: (image: Ahead) => ImageHistory[number],
): Steps {
  const next = new Map(steps);
  for (const image of images) {
    const step = image.first.get(wanted(image));
    if (step !== undefined) next.set(image.name, step);
  }
  return next;
}

function* combine([image, ...others]: readonly Ahead[], steps: Steps): Generator<Steps> {
  if (image === undefined) return yield steps;
  for (const step of image.first.values()) yield* combine(others, new Map([...steps, [image.name, step]]));
}
