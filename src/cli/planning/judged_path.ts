/** Paths that destination policy judges, as far as their names tell. Pure. */
import { extname } from "@std/path";
import { findDestinationFaults } from "../../destination/grammar.ts";
import { FORMATS } from "../../protocol/closed_sets.ts";
import type { Format } from "../../protocol/render.ts";

/** Whether `subject` is a path, and not a key of policy. */
export function isPath(subject: string): boolean {
  return subject.includes("/") || subject.startsWith("~") ||
    FORMATS.includes(extname(subject).slice(1) as Format);
}

/** Whether its name alone denies it, be it a file or a folder: then nothing need be looked at. */
export function isHopeless(path: string): boolean {
  return findDestinationFaults(path).some((fault) => fault !== "unknown-extension" && fault !== "not-a-path");
}
