/** Follows a file that kato writes where its disk has another number. */
import type { Component } from "../destination/decision.ts";
import type { Rows } from "./recording_rows.ts";

type Found = Pick<Component, "dev" | "ino" | "birth">;

/**
 * A share, a volume or a snapshot may have another device number after a boot. What has the path, the inode and the time
 * of birth of a file that kato made, or was allowed to go on in, is that file. Without that time, another share may have
 * such a file.
 */
export function followNumber(
  { database, change }: Pick<Rows, "database" | "change">,
  path: string,
  { dev, ino, birth }: Found,
): void {
  if (birth === null) return;
  const same = "ino = ? AND birth = ? AND dev <> ?";
  const values = [path, ino, birth, dev];
  const known = database.get(`SELECT dev FROM files WHERE path = ? AND ${same}`, ...values) ??
    database.get(`SELECT dev FROM recordings WHERE destination = ? AND ${same}`, ...values);
  if (known === undefined) return;
  const moved = [dev, path, Number(known["dev"]), ino];
  database.transact(() => {
    database.run("UPDATE OR REPLACE files SET dev = ? WHERE path = ? AND dev = ? AND ino = ?", ...moved);
    change("UPDATE recordings SET dev = ? WHERE destination = ? AND dev = ? AND ino = ?", ...moved);
  });
}
