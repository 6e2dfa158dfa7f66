/** Whether kato is to run for a person, as systemd's links say. READS these links; writes nothing. */
import { entryAt } from "../../disk/entry_at.ts";
import { type Enabling, enablingLinks } from "../../permissions/enabling_links.ts";

/** The unit that should run; null: none is enabled. `root`: before the paths of the system, in tests. */
export function findEnabled(person: Enabling, root = ""): string | null {
  const { system, user, mask } = enablingLinks(person, root);
  if (entryAt(system) !== null) return `kato@${person.name}.service`;
  if (isMask(mask)) return null;
  return user.some((link) => entryAt(link) !== null) ? "kato.service" : null;
}

function isMask(path: string): boolean {
  return entryAt(path)?.isSymlink === true && Deno.readLinkSync(path) === "/dev/null";
}
