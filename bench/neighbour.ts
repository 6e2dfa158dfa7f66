/** A busy neighbour: appends an answer to the session's log every 100 ms until it is ended. Room: bench; edge. */
import { answerRow } from "./generate.ts";

const [path = "", session = ""] = Deno.args;
let number = 1_000_000;
setInterval(() => {
  Deno.writeTextFileSync(path, answerRow(session, number++, `busy ${number}`), { append: true });
}, 100);
