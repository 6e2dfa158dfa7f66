/** The page that lists the files of one export, by project and date. */
import { CLIENTS } from "../protocol/clients.ts";
import type { SessionMeta } from "../protocol/session.ts";
import { shortId } from "../protocol/session.ts";
import { showTime } from "./clock.ts";
import { beginPage } from "./html_head.ts";
import { escapeAttribute, escapeHtml } from "./html_text.ts";
import { neutralise, oneLine } from "./neutralise.ts";

export interface IndexEntry {
  /** The session's file, below the folder of the page. */
  readonly file: string;
  readonly meta: SessionMeta;
  /** In a few words of kato's: `22 events, 11 kB`. */
  readonly facts: string;
}

const TITLE_LENGTH = 200;

/** Projects in the order of their names, those without one last; in each the newest sessions first. */
export function writeIndex(entries: readonly IndexEntry[], timeZone: string): string {
  const sorted = [...entries].sort((one, other) =>
    compare(one.meta.project ?? "\uffff", other.meta.project ?? "\uffff") ||
    compare(other.meta.started ?? "", one.meta.started ?? "") || compare(one.file, other.file)
  );
  let page = beginPage("Sessions");
  let project: string | null | undefined;
  let date = "";
  for (const entry of sorted) {
    const time = showTime(entry.meta.started, timeZone);
    const [day, clock] = entry.meta.started === null ? [time, ""] : [time.slice(0, 10), time.slice(11, 16)];
    const isNewProject = entry.meta.project !== project;
    if (isNewProject || day !== date) {
      if (project !== undefined) page += "</ul>\n";
      if (isNewProject) page += `<h2>${escapeHtml(neutralise(entry.meta.project ?? "No project"))}</h2>\n`;
      page += `<h3>${day}</h3>\n<ul class="index">\n`;
      ({ project } = entry.meta);
      date = day;
    }
    page += writeEntry(entry, clock);
  }
  return project === undefined ? page : `${page}</ul>\n`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function writeEntry({ file, meta, facts }: IndexEntry, clock: string): string {
  const { name } = CLIENTS[meta.provider];
  const title = oneLine(meta.title ?? "", TITLE_LENGTH) || `Session ${oneLine(shortId(meta.session), 8)}`;
  const address = escapeAttribute(file.split("/").map(encodeURIComponent).join("/"));
  return `<li>${clock} <a href="${address}"><bdi>${escapeHtml(title)}</bdi></a> <small>${
    escapeHtml(`${name}, ${facts}`)
  }</small></li>\n`;
}
