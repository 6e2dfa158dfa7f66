// A stand-in for kato's own code, in tests of the launcher: it prints what it was given.
console.log(JSON.stringify({ args: Deno.args, cwd: Deno.cwd() }));
if (Deno.args.includes("wait")) { for await (const _ of Deno.stdin.readable); }
