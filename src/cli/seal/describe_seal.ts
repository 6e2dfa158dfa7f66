/** A checked seal in words. Pure. */
import { plain } from "../terminal/style.ts";
import type { SealCheck } from "./seal_check.ts";

export function describeSeal(check: SealCheck): string {
  if (check.seal === null) return "The seal beside it is none of this file.";
  const { seal: { time, version, result }, file, record, source } = check;
  const when = `${plain(time).slice(0, 19).replace("T", " ")}Z, by kato ${plain(version)}`;
  const files = {
    same: `It is as it was sealed on ${when}.`,
    grown: `It begins as it was sealed on ${when}, and has grown.`,
    changed: `It is not as it was sealed on ${when}.`,
  };
  const results = {
    "equal": "It was what its source gave then.",
    "differs": "It differed from its source then.",
    "cannot-tell": "Nobody could tell then whether it was what its source gave.",
  };
  const records = {
    "found": "The audit log has the record of the seal.",
    "altered": "The audit log does not have the record that the seal names: one of them was altered.",
    "not-there": "The record of the seal is older than this audit log.",
    "no-log": "There is no audit log to look up the record of the seal.",
  };
  const sources = {
    same: "The log is what it was, as far as it went then.",
    changed: "The log is not what it was then.",
    gone: "",
  };
  return [files[file], results[result], records[record], sources[source]].filter((part) => part !== "").join(
    " ",
  );
}
