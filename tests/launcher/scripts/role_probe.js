// The attempts of each of the daemon's roles, without the runtime's own permissions.
const { home, destination } = JSON.parse(Deno.readTextFileSync(new URL("targets.json", import.meta.url)));
const role = new URL(import.meta.url).pathname.split("/").at(-1).replace(/^parser_|\.js$/g, "");
const results = {};

function attempt(name, body) {
  try {
    body();
    results[name] = "done";
  } catch (error) {
    results[name] = error.code ?? error.name;
  }
}

attempt("read one", () => Deno.readTextFileSync(`${home}/one/log`));
attempt("read two", () => Deno.readTextFileSync(`${home}/two/log`));
attempt("write to one", () => Deno.writeTextFileSync(`${home}/one/planted`, "x"));
attempt(
  "append to the recording",
  () => Deno.writeTextFileSync(destination, "x", { append: true, create: false }),
);
attempt("read the recording", () => Deno.readTextFileSync(destination));
attempt("write beside the recording", () => Deno.writeTextFileSync(`${destination}.beside`, "x"));
attempt("list the recordings", () => [...Deno.readDirSync(`${home}/.kato/exports`)]);
attempt("write state", () => Deno.writeTextFileSync(`${home}/.kato/state/${role}`, "x"));
attempt("change a mode", () => Deno.chmodSync(`${home}/secret`, 0o600));
attempt("read a secret", () => Deno.readTextFileSync(`${home}/secret`));
attempt("run a program", () => new Deno.Command("/bin/true").outputSync());
attempt("connect", () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close());
attempt("signal the monitor", () => Deno.kill(Deno.ppid, "SIGURG"));
attempt("write what it runs", () => {
  const parameters = ["usize", "usize", "i32", "i32", "i32", "i64"];
  const { mmap } = Deno.dlopen("libc.so.6", { mmap: { parameters, result: "isize" } }).symbols;
  // Private memory that can be read, written and run.
  if (mmap(0n, 4096n, 7, 0x22, -1, 0n) === -1n) throw new Error("refused");
});
console.error(JSON.stringify({ role, results }));
if (role !== "role_orchestrator") setInterval(() => {}, 1000);
