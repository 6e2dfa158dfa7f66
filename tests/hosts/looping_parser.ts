/** A parser that finds one session and never comes back from it, as a poisoned log might make the real one do. */
import { ownPort } from "../../src/hosts/own_port.ts";

/** A log of Codex. */
const SESSION = "5f0c9a1e-7d42-4b6b-9c1e-00000000000c";

const port = ownPort();
const send = (header: unknown) => port.send({ header, payload: null });
let quarantined = false;

port.receive(({ header }) => {
  const { type, n } = header as { readonly type: string; readonly n?: number };
  switch (type) {
    case "start":
      send({ type: "ready", sessions: 1, watching: "inotify", missing: [], looked: Date.now() });
      send({
        type: "seen",
        sessions: [{
          session: SESSION,
          path: "/nowhere/log.jsonl",
          dev: 1,
          ino: 1,
          size: 9,
          modified: 0,
          parent: null,
          late: false,
        }],
      });
      return;
    case "quarantine":
      quarantined = true;
      return;
    case "watch":
      if (!quarantined) send({ type: "mark", session: SESSION });
      return;
    case "marked":
      for (;;);
    case "ping":
      return send({ type: "pong", n, looked: 0 });
    case "stop":
      return send({ type: "stopped" });
  }
});
