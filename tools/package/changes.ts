/** CHANGELOG.md as the changelogs of the two package formats. Pure. */

/** One version's section. */
export interface Release {
  readonly version: string;
  /** `2026-12-01`; null while it is not released. */
  readonly date: string | null;
  readonly changes: readonly string[];
}

export interface PackageChange {
  /** `Name <address>`. */
  readonly maintainer: string;
  /** The packaging's own number, of the newest release. */
  readonly revision: number;
  /** The time of a version that is not released yet: seconds since 1970. */
  readonly epoch: number;
}

const COLUMNS = 76;

/** The headings of Keep a Changelog, in its order. */
const KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

/** @throws {Error} where CHANGELOG.md has another form than `## [VERSION] - DATE`, `### KIND`, `#### SUBJECT`, `- CHANGE`. */
export function readReleases(changelog: string): readonly Release[] {
  return changelog.split(/^## /m).slice(1).map((section) => {
    const [title, ...parts] = section.split(/^### /m);
    const [, version = "", date = ""] =
      /^\[(\d+\.\d+\.\d+)\] - (Unreleased|\d{4}-\d\d-\d\d)\n/.exec(title ?? "") ?? [];
    if (version === "") throw new Error(`CHANGELOG.md: not "[VERSION] - DATE": ${title?.split("\n")[0]}`);
    const changes = parts.flatMap(readChanges);
    if (changes.length === 0) throw new Error(`CHANGELOG.md: ${version} has no changes`);
    return { version, date: date === "Unreleased" ? null : date, changes };
  });
}

/** Each change begins with its kind and subject, because a package's changelog has no headings. */
function readChanges(part: string): string[] {
  const kind = /^.*/.exec(part)?.[0] ?? "";
  if (!KINDS.includes(kind)) throw new Error(`CHANGELOG.md: ${kind} is none of ${KINDS.join(", ")}`);
  return part.slice(kind.length).split(/^#### /m).flatMap((group, index) => {
    const subject = index === 0 ? "" : ` (${/^.*/.exec(group)?.[0]})`;
    const changes = group.split(/^- /m).slice(1);
    return changes.map((change) => `${kind}${subject}: ${change.replace(/\s+/g, " ").trim()}`);
  });
}

/** debian/changelog. */
export function debianChangelog(releases: readonly Release[], facts: PackageChange): string {
  return releases.map((release, index) => {
    const name = `kato (${release.version}-${index === 0 ? facts.revision : 1}) unstable; urgency=medium`;
    const changes = release.changes.map((change) => wrap(plain(change), "  * ", "    ")).join("\n");
    const date = timeOf(release, facts).toUTCString().replace("GMT", "+0000");
    return `${name}\n\n${changes}\n\n -- ${facts.maintainer}  ${date}\n`;
  }).join("\n");
}

/** The `%changelog` of a spec file. */
export function rpmChangelog(releases: readonly Release[], facts: PackageChange): string {
  return releases.map((release, index) => {
    const [day = "", number, month, year] = timeOf(release, facts).toUTCString().split(/,? /);
    const version = `${release.version}-${index === 0 ? facts.revision : 1}`;
    const changes = release.changes.map((change) => wrap(plain(change), "- ", "  ").replaceAll("%", "%%"));
    return `* ${day} ${month} ${number} ${year} ${facts.maintainer} - ${version}\n${changes.join("\n")}\n`;
  }).join("\n");
}

function timeOf({ date }: Release, { epoch }: PackageChange): Date {
  return new Date(date === null ? epoch * 1000 : Date.parse(`${date}T12:00:00Z`));
}

/** Neither format knows Markdown. */
function plain(change: string): string {
  return change.replaceAll("`", "");
}

function wrap(text: string, first: string, next: string): string {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(" ")) {
    if (line.trim() !== first.trim() && line.trim() !== "" && line.length + word.length > COLUMNS) {
      lines.push(line.trimEnd());
      line = next;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join("\n");
}
