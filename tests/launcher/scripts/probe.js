// Tries the acts of an exploited role, without the runtime's own permissions (-A): only the kernel answers.
// Prints one JSON object: name of the attempt -> "done", or how it was refused.
import { constants } from "node:os";

const { home, tcp, unix } = JSON.parse(Deno.readTextFileSync(new URL("targets.json", import.meta.url)));
const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
const results = {};

async function attempt(name, body) {
  try {
    await body();
    results[name] = "done";
  } catch (error) {
    results[name] = error.code ?? error.name;
  }
}

await attempt("read inside", () => Deno.readTextFileSync(`${home}/in/file`));
await attempt("list inside", () => [...Deno.readDirSync(`${home}/in`)]);
await attempt("write inside", () => Deno.writeTextFileSync(`${home}/out/file`, "x"));
await attempt("make a folder inside", () => Deno.mkdirSync(`${home}/out/folder`));
await attempt("write the file", () => Deno.writeTextFileSync(`${home}/one/file`, "x"));
await attempt("write beside the file", () => Deno.writeTextFileSync(`${home}/one/other`, "x"));
await attempt("list where it may list", () => [...Deno.readDirSync(`${home}/listed`)]);
await attempt("read where it may list", () => Deno.readTextFileSync(`${home}/listed/file`));
await attempt("read where it may write", () => Deno.readTextFileSync(`${home}/out/file`));
await attempt("write where it may read", () => Deno.writeTextFileSync(`${home}/in/file`, "x"));
await attempt("read outside", () => Deno.readTextFileSync(`${home}/secret`));
await attempt("list outside", () => [...Deno.readDirSync(home)]);
await attempt("read by a link", () => Deno.readTextFileSync(`${home}/in/link/secret`));
await attempt("write by a link", () => Deno.writeTextFileSync(`${home}/out/link/planted`, "x"));
await attempt("write outside", () => Deno.writeTextFileSync(`${home}/planted`, "x"));
await attempt("write to /tmp", () => Deno.removeSync(Deno.makeTempFileSync()));
await attempt("make a link", () => Deno.symlinkSync("/etc/passwd", `${home}/out/a-link`));
await attempt("read /etc/passwd", () => Deno.readTextFileSync("/etc/passwd"));
await attempt("read /proc", () => Deno.readTextFileSync("/proc/self/status"));
await attempt(
  "connect by TCP",
  async () => (await Deno.connect({ hostname: "127.0.0.1", port: tcp })).close(),
);
await attempt("listen on TCP", () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close());
await attempt(
  "connect to a unix socket",
  async () => (await Deno.connect({ transport: "unix", path: unix })).close(),
);
await attempt("run a program", () => new Deno.Command("/bin/true").outputSync());
await attempt(
  "run the runtime",
  () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync(),
);

// The number, and six arguments.
const words = Array(7).fill("i64");
const libc = Deno.dlopen("libc.so.6", {
  syscall: { parameters: words, result: "i64" },
  syscallWithMemory: {
    name: "syscall",
    parameters: ["i64", "i64", "buffer", ...words.slice(3)],
    result: "i64",
  },
  syscallWithPath: { name: "syscall", parameters: ["i64", "buffer", ...words.slice(2)], result: "i64" },
  syscallWithResult: { name: "syscall", parameters: [...words.slice(0, 4), "buffer", "i64"], result: "i64" },
  __errno_location: { parameters: [], result: "pointer" },
}).symbols;

const memory = new Uint8Array(256);
const path = new TextEncoder().encode("/nowhere/at-all\0");
const x64 = Deno.build.arch === "x86_64";

/** `numbers`: of the call on x86_64, and on aarch64. */
function call(name, numbers, values, how = "syscall") {
  const all = [numbers[x64 ? 0 : 1], ...values, 0, 0, 0, 0, 0, 0].slice(0, 7);
  const result = libc[how](...all.map((value) => typeof value === "number" ? BigInt(value) : value));
  const error = new Deno.UnsafePointerView(libc.__errno_location()).getInt32();
  results[name] = result >= 0n ? "done" : names.get(error) ?? String(error);
  return result;
}

call("open a unix socket", [41, 198], [1, 1]);
call("open an internet socket", [41, 198], [2, 1]);
call("open a netlink socket", [41, 198], [16, 2]);
call("pair datagram sockets", [53, 199], [1, 2, 0, memory], "syscallWithResult");
call("ask io_uring", [425, 425], [1, memory], "syscallWithMemory");
call("trace another", [101, 117], [0x4206, 4_000_000]);
call("read a process's memory", [310, 270], [Deno.pid]);
call("make a namespace", [272, 97], [0x10000000]);
if (call("fork", [56, 220], [17]) === 0n) libc.syscall(x64 ? 231n : 94n, 0n, 0n, 0n, 0n, 0n, 0n);
call("become another program", [59, 221], [path], "syscallWithPath");
call("signal its group", [62, 129], [0, 0]);
call("make memory that runs", [319, 279], []);
call("ask for keys", [250, 219], [0, -3, 0]);
call("truncate by name", [76, 45], []);
call("outlive its parent", [157, 167], [1, 0]);
call("change another's limits", [302, 261], [Deno.pid, 7]);
call("share memory", [29, 194], [12_345, 0, 0]);
call("type into the terminal", [16, 29], [0, 0x5412]);
call("find a file by its number", [304, 265], [-100]);
call("use a call from the future", [4095, 4095], []);
call("change a mode", [268, 53], [-100, path, 0o600], "syscallWithMemory");

console[Deno.args.includes("to-stderr") ? "error" : "log"](JSON.stringify(results));
Deno.exit(0);
