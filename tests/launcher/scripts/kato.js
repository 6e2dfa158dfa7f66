// A stand-in for kato's own code, in tests of the launcher: prints its arguments and its environment.
console.log(JSON.stringify({ args: Deno.args, cwd: Deno.cwd() }));
if (Deno.args.includes("wait")) { for await (const _ of Deno.stdin.readable); }
