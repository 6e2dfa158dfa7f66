/** Whether the program's files are those that were built. Requires read on the program. */
import { join } from "@std/path";
import { compareInstallation } from "../installation/compare_installation.ts";
import { type Check, note, ok, problem } from "./check.ts";

const NAME = "installation";
const MEND = "install kato again";

/** @param code Files and folders of the program. A checkout has no sums, which is no problem. */
export async function checkInstallation(code: readonly string[]): Promise<Check> {
  const compared = await compareInstallation(code);
  if (compared === null) {
    return note(NAME, "this is a checkout, whose files have no sums to be compared with");
  }
  const { folder, files, changed: [first], runtime } = compared;
  if (first !== undefined) {
    const wrong = first.state === "missing" ? "cannot be read" : "is not the file that was built";
    return problem(NAME, `${join(folder, first.file)} ${wrong}`, MEND);
  }
  return runtime === null
    ? problem(NAME, `${join(folder, "SHA256SUMS")} does not name the runtime`, MEND)
    : ok(NAME, `${files} files are as they were built, the runtime's SHA-256 is ${runtime}`);
}
