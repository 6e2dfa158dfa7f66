/** The probe as a worker: with exactly the permissions that a role's worker gets. */
import { tryEverything } from "./probe.ts";

const own = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown): void;
};
own.onmessage = async ({ data }) => own.postMessage(await tryEverything(data));
