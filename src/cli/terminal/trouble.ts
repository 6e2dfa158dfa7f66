/** Words for the parts of a client's logs that kato could not take over. Pure. */
import type { Status } from "../../protocol/status.ts";
import { plain } from "./style.ts";

type Provider = Status["providers"][number];

/** Kinds of trouble with a place rather than with the records of a log. */
const PLACES: Readonly<Record<string, string>> = {
  link: "is a link, and is not followed",
  "special-file": "is neither file nor folder, and is never opened",
};

/** Places first: they are few, and a person can mend each. */
export function orderTroubles(troubles: Provider["troubles"]): Provider["troubles"] {
  const isPlace = ({ kind }: Provider["troubles"][number]) => PLACES[kind] !== undefined;
  return [...troubles.filter(isPlace), ...troubles.filter((trouble) => !isPlace(trouble))];
}

export function describeTrouble({ kind, what, count }: Provider["troubles"][number]): string {
  const place = PLACES[kind];
  return place === undefined ? `${plain(kind)}: ${plain(what)} (${count})` : `${plain(what)} ${place}`;
}

/** By its session, or by its path where the log does not say which session it is. */
export function describeQuarantined(source: string): string {
  return source.startsWith("/") ? `log ${plain(source)}` : `session ${plain(source)}`;
}
