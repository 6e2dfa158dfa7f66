/** A daemon that the test plays for the commands that ask one: its lock, and its answers. */
import { makePrivateFolder } from "../../../src/disk/atomic_file.ts";
import type { Answer, Request } from "../../../src/protocol/request.ts";
import { placesOf } from "../../../src/settings/places.ts";
import { until } from "../../daemon/stage/until.ts";
import type { Place } from "./run_line.ts";

/** Holds the lock until it is disposed of. */
export function playDaemon({ home }: Place): Disposable {
  const { base, state, requests, lockFile } = placesOf(home);
  for (const folder of [base, state, requests]) makePrivateFolder(folder);
  const lock = Deno.openSync(lockFile, { create: true, write: true });
  lock.lockSync(true);
  return lock;
}

/** Answers the next request as a daemon would. */
export async function answerNext(home: Place, answer: Omit<Answer, "v" | "id">): Promise<Request> {
  const { requests } = placesOf(home.home);
  const isRequest = (name: string) => /^[0-9a-f-]+\.json$/.test(name);
  const name = await until(
    "a request",
    () => [...Deno.readDirSync(requests)].map(({ name }) => name).find(isRequest),
  );
  const request = JSON.parse(Deno.readTextFileSync(`${requests}/${name}`)) as Request;
  const { id } = request;
  Deno.removeSync(`${requests}/${name}`);
  Deno.writeTextFileSync(`${requests}/${id}.tmp`, JSON.stringify({ v: 1, id, ...answer }));
  Deno.renameSync(`${requests}/${id}.tmp`, `${requests}/${id}.answer.json`);
  return request;
}
