// A stand-in for kato's own code, in tests of the launcher: its plan is a file, and it prints what it was given.
const [word, , behaviour] = Deno.args;
const beside = (name) => new URL(name, import.meta.url);

async function plan() {
  switch (behaviour) {
    case "hang":
      return await new Promise(() => setInterval(() => {}, 1000));
    case "flood":
      for (;;) Deno.stdout.writeSync(new Uint8Array(4096));
    case "refuse":
      console.error("kato: the policy is refused.");
      return Deno.exit(78);
    case "crash":
      Deno.stdout.close();
      for (const all = [];;) all.push(new Array(1_000_000).fill(all.length));
  }
  Deno.stdout.writeSync(Deno.readFileSync(beside("plan.bin")));
}

if (word === "plan") {
  await plan();
} else {
  console.log(JSON.stringify({ args: Deno.args, cwd: Deno.cwd() }));
  if (Deno.args.includes("wait")) { for await (const _ of Deno.stdin.readable); }
}
