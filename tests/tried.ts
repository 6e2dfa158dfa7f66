/** What a test did more than once, for the tables of `deno task test:torture` and its like. */

/** Prints it. The runner of the gates names the file that gets it too. */
export function tried(what: string): void {
  console.log(what);
  const file = Deno.env.get("KATO_TRIED");
  if (file !== undefined) Deno.writeTextFileSync(file, `${what}\n`, { append: true });
}
