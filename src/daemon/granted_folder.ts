/**
 * Notices that another folder stands at a path. The kernel's sandbox granted the folder that was there when the daemon began,
 * and every write to another one is refused. Requires list on it.
 */
import { entryAt, isSystemError } from "../disk/entry_at.ts";

export interface GrantedFolder {
  /** While nothing is there, somebody may still put it back. */
  isReplaced(): boolean;
}

export function rememberFolder(path: string): GrantedFolder {
  const granted = look(path);
  return {
    isReplaced() {
      const now = look(path);
      return granted !== null && now !== null && now !== granted;
    },
  };
}

/** Device and inode of the folder; null where there is none, or it cannot be seen for now. */
function look(path: string): string | null {
  try {
    const entry = entryAt(path);
    return entry?.isDirectory === true ? `${entry.dev}:${entry.ino}` : null;
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}
