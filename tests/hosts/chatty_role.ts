/** A role whose libraries print. It ends with an error that quotes a text that it read. */
import { ownPort } from "../../src/hosts/own_port.ts";

const port = ownPort();
port.receive(({ header }) => {
  console.log("a line that nobody asked for");
  console.info("%s", "and another");
  console.table([1, 2]);
  const { type } = header as { readonly type: string };
  if (type === "throw") JSON.parse('{"secret conversation": ');
  // The text looks like a line of a stack trace.
  if (type === "forge") throw new Error("x\n    at secret conversation (chatty_role.ts:1:1)");
  port.send({ header: { type: `${type} back` }, payload: null });
});
