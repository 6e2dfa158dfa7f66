/** The person's shell lines (`!ls`), and the arguments of a shell in general. Pure. */
import { listOf, type Row, tagged, textOf } from "../unknown_value.ts";
import type { Reading } from "../provider.ts";
import { placeId } from "./ids.ts";
import type { LineEvents } from "./line_events.ts";

const SHELL = /^(?:\S*\/)?(?:ba|z|da|k)?sh$/;
const SCRIPT_FLAG = /^-l?c$/;

/** The client writes the arguments of exec(2): `["bash", "-lc", "ls"]` is `ls` to a person. */
export function shellScript(command: unknown): string {
  if (typeof command === "string") return textOf(command);
  const words = listOf(command).map(textOf);
  const [shell = "", flag = "", script = ""] = words;
  return words.length === 3 && SHELL.test(shell) && SCRIPT_FLAG.test(flag) ? script : words.join(" ");
}

/** A shell line of the person, from the item of its end. */
export function reportShell(id: string, item: Row, events: LineEvents): void {
  events.fold.shellTold = true;
  events.addNotice("shell", `!${shellScript(item["command"])}`, id);
  const code = item["exit_code"];
  const ended = typeof code === "number" && code !== 0 ? `Exit code: ${code}\n` : "";
  events.addNotice("output", `${ended}${textOf(item["aggregated_output"])}`, `${id}:output`);
}

/** The copy of it for the model. Older clients wrote only this one. */
export function readShellCopy(text: string, events: LineEvents): Reading {
  const told = events.fold.shellTold;
  events.fold.shellTold = false;
  if (told) return events.reading("repeat");
  const id = placeId(events.fold, events.line);
  events.addNotice("shell", `!${(tagged(text, "command") ?? "").trim()}`, id);
  events.addNotice("output", (tagged(text, "result") ?? "").trim(), `${id}:output`);
  return events.reading("tool-output");
}
