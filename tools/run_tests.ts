/** Runs every test and prints one closing line, `N passed, N failed`. The exit status is the test runner's. */
import { closingLine, runCounted } from "./tests/run_counted.ts";

const count = await runCounted({
  command: [Deno.execPath()],
  cwd: new URL("..", import.meta.url).pathname,
  env: {},
  // Without a folder the runtime would take every file whose name ends in `test.ts` for a test.
  args: Deno.args.length > 0 ? Deno.args : ["tests"],
});
console.log(closingLine(count));
Deno.exit(count.code);
