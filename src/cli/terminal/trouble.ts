/** What could not be taken over of a client's logs, for a person. Room: cli; this file is pure. */
import type { Status } from "../../protocol/status.ts";
import { plain } from "./style.ts";

type Provider = Status["providers"][number];

/** How the kinds are told that are about a place, and not about what is in a log. */
const PLACES: Readonly<Record<string, string>> = {
  link: "is a link, and is not followed",
  "special-file": "is neither file nor folder, and is never opened",
};

/** Places first: there are few of them, and a person can do something about each. */
export function orderTroubles(troubles: Provider["troubles"]): Provider["troubles"] {
  const isPlace = ({ kind }: Provider["troubles"][number]) => PLACES[kind] !== undefined;
  return [...troubles.filter(isPlace), ...troubles.filter((trouble) => !isPlace(trouble))];
}

export function describeTrouble({ kind, what, count }: Provider["troubles"][number]): string {
  const place = PLACES[kind];
  return place === undefined ? `${plain(kind)}: ${plain(what)} (${count})` : `${plain(what)} ${place}`;
}

/** A session, or the path of a log that has not said which it is. */
export function describeQuarantined(source: string): string {
  return source.startsWith("/") ? `log ${plain(source)}` : `session ${plain(source)}`;
}
