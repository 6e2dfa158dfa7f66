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
    let ways = 1;
    for (const next of laterSteps([...asked], histories, steps)) {
      ways += 1;
      if (ways > WAYS) return;
      yield { renderer: rendererAt(next, new Set()), steps: next };
    }
  };
}

const KEPT: ImageHistory = [null];
const NONE: Steps = new Map();

/** All combinations but the one where each image stays where it is. */
function* laterSteps(
  names: readonly string[],
  histories: ReadonlyMap<string, ImageHistory>,
  steps: Steps,
): Generator<Steps> {
  let isFirst = true;
  for (const next of combine(names, histories, steps)) {
    if (!isFirst) yield next;
    isFirst = false;
  }
}

function* combine(
  [name, ...others]: readonly string[],
  histories: ReadonlyMap<string, ImageHistory>,
  steps: Steps,
): Generator<Steps> {
  if (name === undefined) return yield steps;
  const from = steps.get(name) ?? 0;
  for (let step = from; step < (histories.get(name)?.length ?? 0); step += 1) {
    yield* combine(others, histories, step === from ? steps : new Map([...steps, [name, step]]));
  }
}
