/**
 * A busy neighbour: appends an answer to a session's log every 100 ms until it is ended. Run with the client, the
 * number of the session, and the log's path.
 */
import { clientOf } from "./client.ts";

const [name, index = "", path = ""] = Deno.args;
const client = clientOf(name ?? "");
let number = 1_000_000;
setInterval(() => {
  number += 2;
  Deno.writeTextFileSync(path, client.answer(Number(index), number, `busy ${number}`), { append: true });
}, 100);
