/** Which feed serves which recording, and when a blocked recording is tried again: pure steps over a record. */
import type { ProviderId } from "../protocol/event.ts";
import type { ToParser } from "../protocol/parser_messages.ts";
import type { Recording } from "./recording.ts";
import { pauseAfter } from "./retry.ts";

/** Each try may start a process. All blocked recordings together start about one in this time. Milliseconds. */
const RETRY_COSTS_MS = 500;

export interface Feeds {
  readonly open: readonly Feed[];
  /** Number of the latest feed. */
  readonly last: number;
  /** How often each blocked recording failed in a row. */
  readonly failures: ReadonlyMap<number, number>;
  readonly closing: boolean;
}

export interface Feed {
  readonly feed: number;
  readonly recording: number;
  readonly provider: ProviderId;
}

export type FeedsEffect =
  | { readonly effect: "send"; readonly provider: ProviderId; readonly message: ToParser }
  /** A feed needs its session watched. */
  | { readonly effect: "watch"; readonly recording: Recording }
  /** Replaces an earlier try of this recording. */
  | { readonly effect: "try-again"; readonly recording: number; readonly ms: number }
  | { readonly effect: "call-off"; readonly recording: number };

export interface FeedsStep {
  readonly feeds: Feeds;
  readonly effects: readonly FeedsEffect[];
}

export const NO_FEEDS: Feeds = { open: [], last: 0, failures: new Map(), closing: false };

/** Asks for the recording's events from `next` on. An earlier feed of it ends. */
export function startFeed(before: Feeds, recording: Recording): FeedsStep {
  const { feeds, effects } = stopFeed(before, recording.id);
  const { id, provider, session, checkpoint, next, until, inherits, head } = recording;
  const images = head.images === undefined ? {} : { images: true } as const;
  const feed = feeds.last + 1;
  return {
    feeds: { ...feeds, last: feed, open: [...feeds.open, { feed, recording: id, provider }] },
    effects: [...effects, { effect: "watch", recording }, {
      effect: "send",
      provider,
      message: { type: "feed", feed, session, from: checkpoint, start: next, until, inherits, ...images },
    }],
  };
}

export function stopFeed(feeds: Feeds, recording: number): FeedsStep {
  return {
    feeds: { ...feeds, open: feeds.open.filter((feed) => feed.recording !== recording) },
    effects: toFeed(feeds, recording, (feed) => ({ type: "unfeed", feed })),
  };
}

export function setUntil(feeds: Feeds, recording: number, until: number): FeedsStep {
  return { feeds, effects: toFeed(feeds, recording, (feed) => ({ type: "until", feed, until })) };
}

/** A batch was dealt with. */
export function giveCredit(before: Feeds, recording: number): FeedsStep {
  const { feeds, effects } = forgive(before, recording);
  const credit = toFeed(feeds, recording, (feed) => ({ type: "credit", feed, batches: 1 }));
  return { feeds, effects: [...effects, ...credit] };
}

/** The recording is blocked. */
export function tryLater(feeds: Feeds, recording: number): FeedsStep {
  if (feeds.closing) return { feeds, effects: [] };
  const failures = (feeds.failures.get(recording) ?? 0) + 1;
  const ms = Math.max(pauseAfter(failures), RETRY_COSTS_MS * feeds.failures.size);
  return {
    feeds: { ...feeds, failures: new Map([...feeds.failures, [recording, failures]]) },
    effects: [{ effect: "try-again", recording, ms }],
  };
}

/** The recording is over. */
export function leaveFeed(before: Feeds, recording: number): FeedsStep {
  const stopped = stopFeed(before, recording);
  const forgiven = forgive(stopped.feeds, recording);
  return { feeds: forgiven.feeds, effects: [...stopped.effects, ...forgiven.effects] };
}

/** The provider's parser is new and knows no feed. */
export function forgetFeeds(feeds: Feeds, provider: ProviderId): Feeds {
  return { ...feeds, open: feeds.open.filter((feed) => feed.provider !== provider) };
}

export function closeFeeds(feeds: Feeds): FeedsStep {
  const effects = [...feeds.failures.keys()].map((recording) => ({ effect: "call-off", recording }) as const);
  return { feeds: { ...feeds, closing: true }, effects };
}

/** Earlier failures do not count any more. */
function forgive(feeds: Feeds, recording: number): FeedsStep {
  if (!feeds.failures.has(recording)) return { feeds, effects: [] };
  const failures = new Map([...feeds.failures].filter(([id]) => id !== recording));
  return { feeds: { ...feeds, failures }, effects: [{ effect: "call-off", recording }] };
}

function toFeed(feeds: Feeds, recording: number, message: (feed: number) => ToParser): FeedsEffect[] {
  return feeds.open.filter((feed) => feed.recording === recording)
    .map(({ feed, provider }) => ({ effect: "send", provider, message: message(feed) }));
}
