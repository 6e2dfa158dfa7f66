// A stand-in for kato's planner, in tests of the launcher: prints a file as its plan, or fails in the way of the test.
const behaviour = Deno.args.at(-1);

switch (behaviour) {
  case "hang":
    await new Promise(() => setInterval(() => {}, 1000));
    break;
  case "flood":
    for (;;) Deno.stdout.writeSync(new Uint8Array(4096));
  case "refuse-a-program":
    console.log('{"kind":"error"}');
    Deno.exit(78);
    break;
  case "refuse":
    console.error("kato: the policy is refused.");
    Deno.exit(78);
    break;
  case "crash":
    Deno.stdout.close();
    for (const all = [];;) all.push(new Array(1_000_000).fill(all.length));
}
Deno.stdout.writeSync(Deno.readFileSync(new URL("plan.bin", import.meta.url)));
