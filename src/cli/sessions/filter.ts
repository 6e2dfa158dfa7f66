/** Which sessions a filter lets through. Pure. */
import { isInside } from "../../settings/folders.ts";
import type { SessionFilter } from "../command_line/common_parameters.ts";
import type { Since } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";

/** The earliest last change of a session that is shown, in milliseconds since 1970. */
export function earliest(since: Since | null, now: number): number {
  if (since === null) return -Infinity;
  return "ago" in since ? now - since.ago : since.at;
}

/** Whether a session that was held in the folder `held` is in the project. One without a folder is in no project. */
export function isInProject(
  { project }: Pick<SessionFilter, "project">,
  held: string | null,
  { cwd, home }: { readonly cwd: string; readonly home: string },
): boolean {
  return project === null || (held !== null && isInside(held, absolutePath(project, cwd, home)));
}
