/** What `kato policy allow` and `deny` tell of an edit: to a person, or to a program. Pure. */
import { placesOf } from "../../settings/places.ts";
import { shortId } from "../../protocol/session.ts";
import type { Context } from "../context.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { reportText } from "../report/report.ts";
import { count, plain, tilde } from "../terminal/style.ts";
import type { PolicyEdit } from "./policy_edit.ts";

type Teller = Pick<Context, "home" | "out">;

/** `json`: whether a program is to read it. */
export function tellEdit(edit: PolicyEdit, json: boolean, context: Teller): Outcome {
  const { home, out } = context;
  const { changes, dropIn } = edit;
  if (!json) out.write(`${describe(edit, home).join("\n")}\n`);
  if (dropIn?.state === "foreign") {
    const done = changes.length > 0 ? "The policy was changed" : "The policy is right";
    const path = tilde(dropIn.path, home);
    return fail("failed", `${done}, but ${path} is not one that kato wrote. Move it away, and try again.`);
  }
  if (json) out.write(reportText("policy-edit", reportOf(edit)));
  return DONE;
}

function reportOf(edit: PolicyEdit) {
  const { folder, changes, cutOff, dropIn, effective } = edit;
  const { roots, default_root } = effective.policy.destinations;
  return {
    folder,
    changes,
    roots,
    defaultRoot: default_root,
    cutOff: cutOff.map(({ provider, session, destination }) => ({ provider, session, destination })),
    dropIn: dropIn === null ? null : { path: dropIn.path, state: dropIn.state },
    restart: needsRestart(edit),
    commands: needsRestart(edit) ? commandsFor(edit) : [],
    appArmor: needsAppArmor(edit),
  };
}

function describe(edit: PolicyEdit, home: string): string[] {
  const lines = edit.verb === "allow" ? describeAllowed(edit, home) : describeDenied(edit, home);
  const { dropIn } = edit;
  if (dropIn === null) {
    if (needsRestart(edit)) {
      lines.push("It holds from the next start of kato: if a daemon runs, start it again.");
    }
    return lines;
  }
  if (dropIn.state === "foreign") return lines;
  if (dropIn.state !== "unchanged") lines.push(`${dropIn.state} ${tilde(dropIn.path, home)}`);
  if (needsRestart(edit)) lines.push(`For it to hold, run: ${commandsFor(edit).join(" && ")}`);
  if (needsAppArmor(edit)) {
    lines.push(
      "Where AppArmor is on, an administrator has to name the folder in /etc/apparmor.d/local/kato, too.",
    );
  }
  return lines;
}

function describeAllowed({ folder, holder, changes, asksDefault }: PolicyEdit, home: string): string[] {
  const shown = tilde(folder, home);
  const lines = [
    holder === null
      ? `allowed ${shown} in ${tilde(placesOf(home).policyFile, home)}`
      : `${shown} is allowed already${within(folder, holder, home)}.`,
  ];
  if (changes.includes("made-default")) {
    lines.push(
      "made it the default folder: '::record' and relative names go there. What is being recorded stays where it is.",
    );
  } else if (asksDefault) lines.push("It is the default folder already.");
  return lines;
}

/** `, because it is in ~/notes`, where it is not the root itself. */
export function within(folder: string, holder: string, home: string): string {
  return holder === folder ? "" : `, because it is in ${tilde(holder, home)}`;
}

function describeDenied({ folder, changes, cutOff }: PolicyEdit, home: string): string[] {
  const shown = tilde(folder, home);
  if (changes.length === 0) return [`${shown} is not among the folders that policy allows.`];
  const took = `took ${shown} out of ${tilde(placesOf(home).policyFile, home)}`;
  if (cutOff.length === 0) return [took];
  return [
    took,
    `This cuts off ${count(cutOff.length, "recording")}, from the next start of kato on:`,
    ...cutOff.map(({ session, destination }) => `  ${plain(shortId(session))}  ${tilde(destination, home)}`),
    "Each waits until the folder is allowed again. 'kato stop' with its id ends it.",
  ];
}

function needsRestart({ changes, dropIn }: PolicyEdit): boolean {
  return changes.length > 0 || (dropIn !== null && dropIn.state !== "unchanged");
}

/** Empty where no service manager runs kato. */
function commandsFor({ dropIn }: PolicyEdit): string[] {
  if (dropIn === null) return [];
  const reload = dropIn.state === "unchanged" ? [] : ["systemctl --user daemon-reload"];
  return [...reload, "systemctl --user restart kato"];
}

/** Whether AppArmor's profile confines kato in the place of namespaces, and does not know the folder. */
function needsAppArmor({ dropIn }: PolicyEdit): boolean {
  return dropIn !== null && dropIn.isFallback && dropIn.state === "written";
}
