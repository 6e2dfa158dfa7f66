/** A document where it stands: the renderer's state, and what it needs to go on. */
import { type Event, MAIN_AGENT } from "../protocol/event.ts";
import type { RenderHead } from "../protocol/render.ts";
import { type Agents, beginAgents } from "./agents.ts";
import { beginCalls, type Calls, type Setting } from "./calls.ts";
import { beginCounts, type Counts } from "./counts.ts";
import { beginImages, keepImage, type KeptSoFar } from "./image.ts";
import type { Page } from "./page.ts";

/** Plain JSON. */
export interface State {
  /** Whether the head of the document was written. */
  started: boolean;
  /** The agent of the current section. */
  agent: string;
  /** The speaker of the current heading; null when the next speaker needs a new one. */
  speaker: "user" | "assistant" | null;
  /** The model that was named last. */
  model: string | null;
  /** The model that spoke in this turn, shown or not; "" for one without a name. Missing before anybody spoke. */
  heard?: string;
  calls: Calls;
  /** The person's latest turns, for the words of a rewind. Missing in the state of an older kato. */
  turns?: readonly PastTurn[];
  /** Missing in the state of an older kato. */
  agents?: Agents;
  /** Missing where an older kato began the document: nobody counted its beginning. */
  counts?: Counts;
  /** Missing where no image was kept. */
  images?: KeptSoFar;
}

export interface PastTurn {
  /** Of the event that began it. */
  readonly id: string;
  readonly seq: number;
  readonly time: string | null;
  readonly words: string;
}

/** A document where it stands. */
export interface Document {
  readonly page: Page;
  readonly head: RenderHead;
  readonly state: State;
  readonly to: Setting;
  readonly agents: Agents;
}

/** An event of one type. */
export type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

/** A line that stands for more. */
export const SUMMARY_LENGTH = 100;

export function beginState(): State {
  return {
    started: false,
    agent: MAIN_AGENT,
    speaker: null,
    model: null,
    calls: beginCalls(),
    agents: beginAgents(),
    counts: beginCounts(),
  };
}

export function documentOf(page: Page, head: RenderHead, state: State): Document {
  const agents = state.agents ??= beginAgents();
  const image = (words: string, data?: string) => writeImage(page, head, state, words, data);
  return { page, head, state, agents, to: { page, image, isShown: head.include.includes("results") } };
}

/** The image itself where the document keeps images, else a line. */
function writeImage(page: Page, head: RenderHead, state: State, words: string, data = ""): string {
  if (head.images === undefined || data === "") return page.remark("Image", words);
  const kept = keepImage(data, state.images ??= beginImages());
  return typeof kept === "string"
    ? page.remark("Image", `${words} (not kept: ${kept})`)
    : page.image(words, kept);
}
