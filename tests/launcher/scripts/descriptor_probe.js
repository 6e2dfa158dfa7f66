// Tries, as code in a process of kato's, to use each descriptor that the process has, and each system call that kato
// does not need. Prints the attempts that nothing refused.
const { targets, numbers, allowed, most } = JSON.parse(
  Deno.readTextFileSync(new URL("descriptors.json", import.meta.url)),
);
const script = new URL(import.meta.url).pathname.split("/").at(-1);
const role =
  { "writer.js": "writer", "parser_one.js": "parser", "orchestrator_probe.js": "orchestrator" }[script] ??
    "command";
const words = Array(7).fill("i64");
const { syscall, withMemory, errno } = Deno.dlopen("libc.so.6", {
  syscall: { parameters: words, result: "i64" },
  withMemory: {
    name: "syscall",
    parameters: ["i64", "i64", "i64", "buffer", "i64", "i64", "i64"],
    result: "i64",
  },
  errno: { name: "__errno_location", parameters: [], result: "pointer" },
}).symbols;
const REFUSED = [1, 13, 38]; // EPERM, EACCES, ENOSYS
const pad = (values) => [...values, 0, 0, 0, 0, 0, 0, 0].slice(0, 7).map(BigInt);
/**
 * Whether the sandbox refuses a call. Between the call and the look at its error the runtime may make calls of its own,
 * which leave an error of theirs; so what was no refusal is looked at again. What the sandbox lets through never is one.
 */
const isRefused = (call) => {
  for (let look = 0; look < 10; look += 1) {
    if (call() !== -1n) return false;
    if (REFUSED.includes(new Deno.UnsafePointerView(errno()).getInt32())) return true;
  }
  return false;
};
const tried = (...values) => !isRefused(() => syscall(...pad(values)));
/** A call whose third argument is memory. */
const triedWith = (memory, ...values) => {
  const [number, one, two] = pad(values);
  return !isRefused(() => withMemory(number, one, two, memory, 0n, 0n, 0n));
};

const { fcntl, ioctl, fchmod } = numbers;
const file = role === "writer"
  ? Deno.openSync(targets[role].path, { append: true })
  : Deno.openSync(targets[role].path);
// The runtime's own handle tells no number: the file is the last descriptor that was opened.
let fd = -1;
for (let number = 3; number < 256; number += 1) if (syscall(...pad([fcntl, number, 1])) >= 0n) fd = number;
const other = targets.process;
const flags = new Int32Array(2);
const set = new Uint8Array(128).fill(255);

const through = {
  "set-uid": tried(fchmod, fd, 0o4700),
  "a mode for others": tried(fchmod, fd, 0o666),
  "another group": tried(numbers.fchown, fd, -1, targets.group),
  "an attribute": tried(numbers.fsetxattr, fd, 0),
  "no attribute": tried(numbers.fremovexattr, fd, 0),
  "other times": tried(numbers.utimensat, fd, 0, 0, 0),
  "flags of the file": triedWith(flags, ioctl, fd, 0x40086602),
  "whose signals": tried(fcntl, fd, 8, other),
  "which signal": tried(fcntl, fd, 10, 9),
  "signals at all": tried(fcntl, fd, 4, 0o20000),
  "whose signals, by ioctl": triedWith(flags, ioctl, fd, 0x8901),
  "which group's signals": triedWith(flags, ioctl, fd, 0x8902),
  "signals, by ioctl": triedWith(flags, ioctl, fd, 0x5452),
  "a lease": tried(fcntl, fd, 1024, 0),
  "notices of a folder": tried(fcntl, fd, 1026, 1),
  "a terminal's input": triedWith(flags, ioctl, 2, 0x5412),
  "another's processors": triedWith(set, numbers.sched_setaffinity, other, 128),
  "another's priority": tried(numbers.setpriority, 0, other, 19),
  "a signal": tried(numbers.kill, other, 0),
  "watching folders": tried(numbers.inotify_init1, 0),
};
const calls = [];
// The kernel's own trampolines for probes: it asks no filter of them, and ends who calls them from anywhere else.
const PROBES = Deno.build.arch === "x86_64" ? [335, 336] : [];
for (let number = 0; number < most; number += 1) {
  if (![...allowed[role], ...PROBES].includes(number) && tried(number)) calls.push(number);
}
const results = { through: Object.keys(through).filter((name) => through[name]), calls };
file.close();
console.error(JSON.stringify({ role: `descriptors of the ${role}`, results }));
if (role === "command") console.log(JSON.stringify(results));
else if (role !== "orchestrator") setInterval(() => {}, 1000);
