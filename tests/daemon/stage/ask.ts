/** A request to the daemon, put into the spool as the command line does. */
import type { Answer, Request } from "../../../src/protocol/request.ts";
import { answer as answerSchema } from "../../../src/protocol/request.ts";
import type { TestHome } from "./harness.ts";
import { until } from "./until.ts";

export function ask(
  { places }: TestHome,
  request: Pick<Request, "verb" | "provider" | "session"> & Partial<Request>,
): Promise<Answer> {
  const id = crypto.randomUUID();
  const path = `${places.requests}/.${id}`;
  Deno.writeTextFileSync(path, JSON.stringify({ v: 1, id, destination: null, ...request }));
  Deno.renameSync(path, `${places.requests}/${id}.json`);
  return until("it is answered", () => {
    try {
      return answerSchema.parse(JSON.parse(Deno.readTextFileSync(`${places.requests}/${id}.answer.json`)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  });
}
