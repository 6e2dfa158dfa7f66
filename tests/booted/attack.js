// What an exploited parser would try, with the runtime's own permissions out of the way (-A): the same attempts, by the
// same names, as attacker.c. Prints one JSON object on standard error: name of the attempt -> "done", or how it was refused.
import { constants } from "node:os";

const { home, other, process } = JSON.parse(Deno.readTextFileSync(new URL("attack.json", import.meta.url)));
const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
const results = {};

function attempt(name, body) {
  try {
    body();
    results[name] = "done";
  } catch (error) {
    results[name] = error.code ?? error.name;
  }
}

const write = (path) => () => Deno.writeTextFileSync(path, "x");
const read = (path) => () => Deno.readTextFileSync(path);
const run = (path) => () => new Deno.Command(path, { args: ["--nothing"] }).outputSync();
const plant = (folder) => () => {
  Deno.copyFileSync("/bin/true", `${folder}/planted`);
  Deno.chmodSync(`${folder}/planted`, 0o700);
  run(`${folder}/planted`)();
};

attempt("write to the home", write(`${home}/planted`));
attempt("write to /tmp", write("/tmp/planted"));
attempt("write to /dev/shm", write("/dev/shm/planted"));
attempt("write to /run", write("/run/user/1000/planted"));
attempt("write to session logs", write(`${home}/.claude/projects/planted`));
attempt("write a person's settings", write(`${home}/.config/planted`));
attempt("read a key in ~/.ssh", read(`${home}/.ssh/id`));
attempt("read another person's file", read(`${other}/notes`));
attempt("run a program", run("/bin/true"));
attempt("run what it wrote to the state", plant(`${home}/.kato/state`));
attempt("run what it wrote to the logs", plant(`${home}/.kato/logs`));
attempt("run what it wrote to the exports", plant(`${home}/.kato/exports`));
attempt("see another process's command", read(`/proc/${process}/cmdline`));
attempt("see another process's environment", read(`/proc/${process}/environ`));

// The number, and six arguments.
const words = Array(7).fill("i64");
const { syscall, withMemory, withThird, __errno_location } = Deno.dlopen("libc.so.6", {
  syscall: { parameters: words, result: "i64" },
  withMemory: { name: "syscall", parameters: ["i64", "i64", "buffer", ...words.slice(3)], result: "i64" },
  withThird: {
    name: "syscall",
    parameters: ["i64", "i64", "i64", "buffer", ...words.slice(4)],
    result: "i64",
  },
  __errno_location: { parameters: [], result: "pointer" },
}).symbols;
const x64 = Deno.build.arch === "x86_64";

/** `numbers`: of the call on x86_64, and on aarch64. */
function call(name, numbers, values, how = syscall) {
  const all = [numbers[x64 ? 0 : 1], ...values, 0, 0, 0, 0, 0, 0].slice(0, 7);
  const result = how(...all.map((value) => typeof value === "number" ? BigInt(value) : value));
  const error = new Deno.UnsafePointerView(__errno_location()).getInt32();
  results[name] = result >= 0n ? "done" : names.get(error) ?? String(error);
  return result;
}

const SOCKET = [41, 198];
call("open a unix socket", SOCKET, [1, 1]);
call("connect to the message bus", SOCKET, [1, 1]); // it does not come further than that
call("open an internet socket", SOCKET, [2, 1]);
call("open an IPv6 socket", SOCKET, [10, 2]);
call("open a netlink socket", SOCKET, [16, 3]);
call("open a packet socket", SOCKET, [17, 3]);
call("run from memory", [319, 279], []); // without the memory there is nothing to run
const page = call("make code in memory", [9, 222], [0, 4096, 3, 0x22, -1, 0]);
if (page >= 0n) call("make code in memory", [10, 226], [page, 4096, 5]);
call("gain capabilities in a namespace", [272, 97], [0x10000000]);
call("mount in a namespace", [272, 97], [0x10020000]);
if (call("gain privileges by a program", [157, 167], [39]) === 1n) {
  results["gain privileges by a program"] = "EPERM";
}
// By a descriptor, of a log that it may read. The runtime tells no number of it: it is the last that is open.
const FCNTL = [72, 25];
const FCHMOD = [91, 52];
Deno.openSync(`${home}/.claude/projects/log.jsonl`);
let fd = -1;
for (let number = 3; number < 256; number += 1) {
  if (call("find descriptors", FCNTL, [number, 1]) >= 0n) fd = number;
}
delete results["find descriptors"];
call("make a set-uid program", FCHMOD, [fd, 0o4755]);
call("open a file of its own to others", FCHMOD, [fd, 0o666]);
call("hold others up with a lease", FCNTL, [fd, 1024, 0]);
call("change flags of an open file", [16, 29], [fd, 0x40086602, new Int32Array([0x40])], withThird);
// Whose signals, then which.
const owned = call("signal another process by a descriptor", FCNTL, [fd, 8, process]) >= 0n;
if (!owned) call("signal another process by a descriptor", FCNTL, [fd, 10, 23]);
const everyProcessor = new Uint8Array(128).fill(255);
call("choose another process's processors", [203, 122], [process, 128, everyProcessor], withThird);
call("trace another process", [101, 117], [0x4206, process]);
call("signal another process", [62, 129], [process, 0]);
call("use the session's keys", [250, 219], [0, -3, 1]);
call("use io_uring", [425, 425], [1, new Uint8Array(256)], withMemory);

console.error(JSON.stringify(results));
setInterval(() => {}, 1000);
