/** Runs every test and prints one closing line, `N passed, N failed`. The exit status is the test runner's. */

const root = new URL("..", import.meta.url).pathname;
// Without a folder the runtime would take every file whose name ends in `test.ts` for a test.
const args = Deno.args.length > 0 ? Deno.args : ["tests"];
const child = new Deno.Command(Deno.execPath(), {
  cwd: root,
  args: ["test", "--quiet", "--frozen", "--no-prompt", "--allow-all", "--unstable-worker-options", ...args],
  env: { NO_COLOR: "1" },
  stdout: "piped",
  stderr: "inherit",
}).spawn();

let passed = 0;
let failed = 0;
let ignored = 0;
let rest = "";
for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
  await Deno.stdout.write(new TextEncoder().encode(text));
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const closing = line.match(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?: \| (\d+) ignored)?/);
    if (closing === null) continue;
    passed = Number(closing[1]);
    failed = Number(closing[2]);
    ignored = Number(closing[3] ?? 0);
  }
}
const { code } = await child.status;
// A file that does not even load fails the run without failing a test.
if (code !== 0 && failed === 0) failed = 1;
console.log(`\n${passed} passed, ${failed} failed${ignored > 0 ? `, ${ignored} skipped` : ""}`);
Deno.exit(code);
