// A stand-in for the orchestrator: follows scenario.json, and prints the monitor's messages to standard error.
const { steps, home } = JSON.parse(Deno.readTextFileSync(new URL("scenario.json", import.meta.url)));
const tell = (fact) => console.error(JSON.stringify(fact));
const encoder = new TextEncoder();
/** The most bytes of a line. It is written at once: a longer line could be mixed with lines of the monitor. */
const TEXT_BYTES = 512;
let reading = true;
let lock; // held for as long as it is reachable

function send(channel, bytes, length = bytes.length) {
  const whole = new Uint8Array(8 + bytes.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, channel, true);
  view.setUint32(4, length, true);
  whole.set(bytes, 8);
  for (let at = 0; at < whole.length;) at += Deno.stdout.writeSync(whole.subarray(at));
}

const say = (...fields) => send(0, encoder.encode(fields.map((field) => `${field}\0`).join("")));

async function listen() {
  let held = new Uint8Array();
  const received = new Map();
  for await (const piece of Deno.stdin.readable) {
    const joined = new Uint8Array(held.length + piece.length);
    joined.set(held);
    joined.set(piece, held.length);
    held = joined;
    while (held.length >= 8) {
      const view = new DataView(held.buffer, held.byteOffset);
      const [channel, length] = [view.getUint32(0, true), view.getUint32(4, true)];
      if (held.length < 8 + length) break;
      const bytes = held.slice(8, 8 + length);
      held = held.slice(8 + length);
      if (channel === 0) {
        tell({ said: new TextDecoder().decode(bytes).split("\0").slice(0, -1) });
        continue;
      }
      const before = received.get(channel) ?? 0;
      received.set(channel, before + length);
      if (before === 0 || before < 1e7 && before + length >= 1e7) {
        tell({
          channel,
          total: before + length,
          text: new TextDecoder().decode(bytes.subarray(0, TEXT_BYTES)),
        });
      }
    }
    while (!reading) await pause(20);
  }
}

for (const signal of Deno.args.includes("deaf") ? [] : ["SIGTERM", "SIGINT", "SIGHUP"]) {
  Deno.addSignalListener(signal, () => {
    tell({ signal });
    if (!Deno.args.includes("stubborn")) Deno.exit(signal === "SIGHUP" ? 75 : 0);
  });
}
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function isThere(name) {
  try {
    return Deno.statSync(new URL(name, import.meta.url)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

listen();
tell({ began: Deno.args, home });
for (const step of steps) {
  if (step.say) say(...step.say);
  if (step.data) send(step.data[0], encoder.encode(step.data[1].repeat(step.data[2] ?? 1)));
  if (step.raw) Deno.stdout.writeSync(new Uint8Array(step.raw));
  if (step.lock) {
    lock = Deno.openSync(`${home}/.kato/state/daemon.lock`, { create: true, write: true });
    lock.lockSync(true);
  }
  if (step.read !== undefined) reading = step.read;
  while (step.untilGo && !isThere("go")) await pause(20);
  if (step.wait) await pause(step.wait);
  if (step.exit !== undefined) Deno.exit(step.exit);
  if (step.loop) { for (;;); }
}
setInterval(() => say("beat"), 1000);
