/** Which logs the parser calls absent. */
import assert from "node:assert/strict";
import { findAbsent } from "../../src/parser/find_absent.ts";
import type { SessionOnDisk } from "../../src/parser/session_logs.ts";

interface Case {
  /** Logs on disk, below the root. */
  readonly there: readonly string[];
  readonly asked: string;
  /** Other logs of the session that the index knows. */
  readonly parts?: readonly string[];
  readonly isFed?: boolean;
  readonly absent: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  "is not there": { there: ["root/other"], asked: "root/s", absent: true },
  "is there": { there: ["root/other", "root/s"], asked: "root/s", absent: false },
  "has another part that is there": {
    there: ["root/other", "root/t"],
    asked: "root/s",
    parts: ["root/t"],
    absent: false,
  },
  "lies below no root": { there: ["root/other"], asked: "elsewhere/s", absent: false },
  "lies below a root without any log, as of a disk that is not mounted": {
    there: ["second/other"],
    asked: "root/s",
    absent: false,
  },
  "lies below a file that took the place of its folder": {
    there: ["root/other", "root/folder"],
    asked: "root/folder/s",
    absent: false,
  },
  "is awaited by a feed": { there: ["root/other"], asked: "root/s", isFed: true, absent: false },
};

for (const [what, { there, asked, parts = [], isFed = false, absent }] of Object.entries(CASES)) {
  for (const letGo of [true, false]) {
    if (isFed && !letGo) continue;
    Deno.test(`findAbsent() ${letGo ? "lets go of" : "finds"} a log only if it is gone: it ${what}`, () => {
      const top = Deno.makeTempDirSync({ prefix: "kato-absent-" });
      try {
        for (const root of ["root", "second"]) Deno.mkdirSync(`${top}/${root}`);
        for (const path of there) Deno.writeTextFileSync(`${top}/${path}`, "");
        const log = (path: string) => ({ path: `${top}/${path}` }) as SessionOnDisk;
        const known = new Map([["s", log(asked)], ["other", log(there[0] ?? "")]]);
        const dropped: string[] = [];
        const options = {
          roots: [`${top}/root`, `${top}/second`],
          index: {
            files: () => ({ parts: [asked, ...parts].map(log), agents: () => [] }) as never,
            examine: () => ({ is: "nothing" }) as const,
          },
          follower: {
            letGo: (session: string) => {
              if (!isFed) dropped.push(session);
              return !isFed;
            },
          },
          reported: { known, hot: new Map() },
        };
        const logs = [{ session: "s", path: `${top}/${asked}` }];
        const paths = findAbsent(options, { type: "find-absent", n: 1, logs, letGo });
        assert.deepEqual(paths, absent ? [`${top}/${asked}`] : []);
        const isLetGo = absent && letGo;
        assert.deepEqual([dropped, known.has("s")], [isLetGo ? ["s"] : [], !isLetGo]);
      } finally {
        Deno.removeSync(top, { recursive: true });
      }
    });
  }
}
