/**
 * The kernel's boundary: a probe runs in the runtime with everything allowed (-A), so that only the kernel can refuse
 * it. The same probe with the sandbox off succeeds, so that the tests can fail.
 */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { type Need, onlyWith } from "../needs.ts";
import { COMPILER } from "./build.ts";
import { createStage, planOf, type Stage } from "./stage.ts";

export type Results = Readonly<Record<string, string>>;

interface Targets {
  readonly tcp: number;
  readonly unix: string;
  close(): void;
}

/** The sockets to connect to, and the files of the home. */
function furnish(stage: Stage): Targets {
  for (const folder of ["in", "out", "one", "listed"]) stage.folder(folder);
  for (const file of ["in/file", "out/file", "one/file", "listed/file", "secret"]) {
    stage.file(file, "content");
  }
  for (const folder of ["in", "out"]) Deno.symlinkSync(stage.home, join(stage.home, folder, "link"));
  const tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const unix = join(stage.root, "socket");
  const socket = Deno.listen({ transport: "unix", path: unix });
  Deno.chmodSync(unix, 0o666);
  const targets = { home: stage.home, tcp: tcp.addr.port, unix };
  stage.script("targets.json", JSON.stringify(targets));
  return {
    ...targets,
    close() {
      tcp.close();
      socket.close();
    },
  };
}

function grants({ home }: Stage): string[] {
  return [
    `read ${home}/in`,
    `list ${home}/listed`,
    `write ${home}/out`,
    `write ${home}/one/file`,
  ];
}

async function probe(options: readonly string[]): Promise<Results> {
  using stage = createStage(["kato-probe"]);
  const targets = furnish(stage);
  stage.plan(planOf("help", grants(stage)));
  const line = [...options, "--allow-all", "--script", "help", "probe.js", "completions", "bash"];
  const { code, out, err } = await stage.run(line, { program: "kato-probe" });
  targets.close();
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

const GRANTED = [
  "read inside",
  "list inside",
  "write inside",
  "make a folder inside",
  "write the file",
  "list where it may list",
];

/** Attempts that fail in every process, with any grants. The value is the result without the sandbox. */
const REFUSED: Readonly<Record<string, string>> = {
  "write beside the file": "done",
  "read where it may list": "done",
  "read where it may write": "done",
  "write where it may read": "done",
  "read outside": "done",
  "list outside": "done",
  "read by a link": "done",
  "write by a link": "done",
  "write outside": "done",
  "write to /tmp": "done",
  "make a link": "done",
  "read /etc/passwd": "done",
  "read /proc": "done",
  "connect by TCP": "done",
  "listen on TCP": "done",
  "connect to a unix socket": "done",
  "run a program": "done",
  "run the runtime": "done",
  "open a unix socket": "done",
  "open an internet socket": "done",
  "open a netlink socket": "done",
  "pair datagram sockets": "done",
  "ask io_uring": "done",
  "trace another": "ESRCH",
  "read a process's memory": "done",
  "make a namespace": "EINVAL",
  "fork": "done",
  "become another program": "ENOENT",
  "signal its group": "done",
  "make memory that runs": "EFAULT",
  "ask for keys": "done",
  "truncate by name": "EFAULT",
  "outlive its parent": "done",
  "change another's limits": "done",
  "share memory": "ENOENT",
  "type into the terminal": "ENOTTY",
  "find a file by its number": "EFAULT",
  "use a call from the future": "ENOSYS",
};
const DENIED = ["EACCES", "EPERM", "ENOSYS", "EXDEV"];

function test(name: string, body: () => Promise<void>, ...needs: readonly Need[]): void {
  Deno.test({ ...onlyWith(name, COMPILER, ...needs), fn: body });
}

test("the kernel lets a process do what it was granted, and nothing else", async () => {
  const results = await probe([]);
  for (const name of GRANTED) assert.equal(results[name], "done", name);
  for (const name of Object.keys(REFUSED)) {
    assert.ok(DENIED.includes(results[name] ?? ""), `${name}: ${results[name]}`);
  }
});

test("the same probe succeeds without the sandbox", async () => {
  const results = await probe(["--no-sandbox"]);
  for (const name of GRANTED) assert.equal(results[name], "done", name);
  const unexpected = Object.entries(REFUSED).filter(([name, expected]) => results[name] !== expected)
    // A machine's own settings may refuse these to everybody.
    .filter(([name]) => !["ask io_uring", "use a call from the future"].includes(name));
  assert.deepEqual(unexpected.map(([name]) => [name, results[name]]), []);
});

/** Attempts that the filter refuses, with Landlock or without. */
const BY_THE_FILTER = [
  "connect by TCP",
  "listen on TCP",
  "connect to a unix socket",
  "run a program",
  "run the runtime",
  "open a unix socket",
  "open an internet socket",
  "open a netlink socket",
  "pair datagram sockets",
  "ask io_uring",
  "trace another",
  "read a process's memory",
  "make a namespace",
  "fork",
  "become another program",
  "signal its group",
  "ask for keys",
  "truncate by name",
  "change another's limits",
  "share memory",
  "find a file by its number",
];

test("without Landlock the filter alone keeps sockets, programs and other processes closed", async () => {
  const results = await probe(["--abi", "0"]);
  for (const name of BY_THE_FILTER) {
    assert.ok(DENIED.includes(results[name] ?? ""), `${name}: ${results[name]}`);
  }
  assert.equal(results["read outside"], "done", "it does not know files");
});

test("the kernel ends a process that makes system calls by foreign numbers", async () => {
  const run = async (options: readonly string[]) => {
    using stage = createStage(["kato-probe"]);
    const line = [...options, "--allow-all", "--script", "help", "x32.js", "completions", "bash"];
    return await stage.run(line, { program: "kato-probe" });
  };
  assert.equal((await run([])).code, 128 + 31);
  assert.equal((await run(["--no-sandbox"])).out, "alive\n");
}, { isMet: Deno.build.arch === "x86_64", otherwise: "only x86-64 has a second set of numbers" });

test("a planner can read settings and program, and write nothing", async () => {
  for (const sandbox of [true, false]) {
    using stage = createStage(["kato-probe"]);
    const targets = furnish(stage);
    const options = sandbox ? [] : ["--no-sandbox"];
    const line = [...options, "--allow-all", "--script", "plan", "probe.js", "plan", "--", "x"];
    const { code, out, err } = await stage.run(line, { program: "kato-probe" });
    targets.close();
    assert.equal(code, 0, err);
    const results: Results = JSON.parse(out);
    for (
      const name of ["read inside", "list inside", "write inside", "read outside", "write outside", "fork"]
    ) {
      assert.equal(results[name] === "done", !sandbox, `${name}: ${results[name]}`);
    }
  }
});
