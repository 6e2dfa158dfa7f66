/** A checked seal in words. Pure. */
import { plain, tilde } from "../terminal/style.ts";
import type { SealCheck } from "./seal_check.ts";

/** @param path Where the file is now. */
export function describeSeal(check: SealCheck, path: string, home: string): string {
  if (check.seal === null) return "The seal beside it is none of this file.";
  const { seal: { time, version, result, audit }, file, record, sealedAt, source } = check;
  const when = `${plain(time).slice(0, 19).replace("T", " ")}Z, by kato ${plain(version)}`;
  const files = {
    same: `It is as it was sealed on ${when}.`,
    grown: `It begins as it was sealed on ${when}, and has grown.`,
    changed: `It is not as it was sealed on ${when}.`,
  };
  const results = {
    "equal": "it was what its source gave then",
    "differs": "it differed from its source then",
    "cannot-tell": "nobody could tell then whether it was what its source gave",
  };
  const proof =
    `without record ${audit.sequence} the seal proves nothing. Look for it in a collected copy of the log.`;
  const records = {
    "found": "The audit log has the record of the seal.",
    "altered":
      "The audit log here does not have the record that the seal names: one of them was altered, or the file was " +
      "sealed elsewhere.",
    "not-there": `The record of the seal is no longer in the audit log; ${proof}`,
    "no-log": `There is no audit log here; ${proof}`,
  };
  const sources = {
    same: "The log is what it was, as far as it went then.",
    changed: "The log is not what it was then.",
    gone: "",
  };
  const moved = sealedAt === null || sealedAt === path ? "" : `It was ${tilde(sealedAt, home)} then.`;
  const parts = [files[file], moved, `The seal says: ${results[result]}.`, records[record], sources[source]];
  return parts.filter((part) => part !== "").join(" ");
}
