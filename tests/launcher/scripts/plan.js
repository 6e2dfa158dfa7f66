// A stand-in for kato's planner, in tests of the launcher: its plan is a file, or it goes wrong as it is told.
const [behaviour] = Deno.args;

switch (behaviour) {
  case "hang":
    await new Promise(() => setInterval(() => {}, 1000));
    break;
  case "flood":
    for (;;) Deno.stdout.writeSync(new Uint8Array(4096));
  case "refuse":
    console.error("kato: the policy is refused.");
    Deno.exit(78);
    break;
  case "crash":
    Deno.stdout.close();
    for (const all = [];;) all.push(new Array(1_000_000).fill(all.length));
}
Deno.stdout.writeSync(Deno.readFileSync(new URL("plan.bin", import.meta.url)));
