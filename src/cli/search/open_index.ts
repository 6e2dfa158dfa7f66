/**
 * Opens the index for an update, and makes it where there is none or its texts went through other rules of redaction. The
 * record that it is made is on the disk before anything is. WRITES the index and the audit log; needs the index's lock.
 */
import { openCommandLog } from "../../audit/command_log.ts";
import { indexMade } from "../../audit/events.ts";
import type { ReasonOf } from "../../audit/reasons.ts";
import { entryAt } from "../../disk/entry_at.ts";
import { type OpenedIndex, openToWrite, removeIndex } from "../../search/index_file.ts";
import { isOfOtherRules, setRules } from "../../search/rules.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import { placesOf } from "../../settings/places.ts";
import type { Context } from "../context.ts";

/** @param anew Whether a person asked for a new index. */
export function openForUpdate(anew: boolean, effective: EffectivePolicy, context: Context): OpenedIndex {
  const { home, err } = context;
  const { redaction } = effective.policy;
  const places = placesOf(home);
  if (entryAt(places.indexFile) === null) return make("first");
  if (anew) return make("rebuilt");
  const opened = openToWrite(places);
  if (!opened.opened) return opened;
  if (isOfOtherRules(opened.database, redaction)) {
    opened.database.close();
    err.write("kato: the index is made anew, because other secrets are replaced than in the former one.\n");
    return make("other-rules");
  }
  // A process that was killed may have made it without them.
  setRules(opened.database, redaction);
  return opened;

  function make(reason: ReasonOf<"index-made">): OpenedIndex {
    const { USER } = context.variables(["USER"]);
    const audit = openCommandLog(places.logs, effective, "search", USER);
    audit.append(indexMade(places.indexFile, reason));
    audit.close();
    removeIndex(places);
    const made = openToWrite(places);
    if (made.opened) setRules(made.database, redaction);
    return made;
  }
}
