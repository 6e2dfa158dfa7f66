/** `kato daemon` with its roles as processes, from the checkout and as an installation has it. */
import assert from "node:assert/strict";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { makeHome, planDaemon, startDaemon, type TestHome } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { denoFlags } from "../../tools/runtime_flags.ts";
import { bundleRoles } from "../../tools/build/bundle.ts";
import { readPins } from "../../tools/build/pins.ts";
import { versionLine } from "../../src/version.ts";
import { onlyWith, program } from "../needs.ts";
import { environmentOf, startDaemonProcess } from "./daemon_process.ts";
import { checkout, installBundles, type Program } from "./programs.ts";

async function recordSomething(home: TestHome, program: Program): Promise<void> {
  await using daemon = startDaemonProcess(home, program, ["--kernel-missing", "landlock-abi-6"]);
  const { host, kernelSandbox, kernelMissing } = await daemon.whenUp();
  assert.deepEqual([host, kernelSandbox, kernelMissing], ["processes", false, ["landlock-abi-6"]]);
  const rows = createRows();
  const log = home.log(rows.session);
  append(log, rows.user("::capture plans/beans.md"), rows.assistant("one"));
  await until("it is begun", () => readExport(home, "plans/beans.md")?.includes("one"));
  append(log, rows.assistant("two"));
  const text = renderCapture(log, "::capture plans/beans.md");
  await until("it is recorded", () => readExport(home, "plans/beans.md") === text);
  Deno.kill(daemon.orchestrator.pid, "SIGTERM");
  assert.equal(await daemon.orchestrator.ended, "it ended with status 0");
  await until("no role is left", () => daemon.monitor.running("parser:claude-code").length === 0);
  assert.deepEqual(daemon.monitor.faults, []);
  const [started] = home.audit();
  assert.equal(started?.reason, "no-kernel-sandbox");
  assert.match(started?.detail ?? "", /^kato \S+, host processes; the kernel lacks landlock-abi-6$/);
}

Deno.test("a recording, every process with exactly the grants of its own role", async () => {
  await using home = await makeHome();
  await recordSomething(home, checkout);
});

Deno.test("the daemon ends when its monitor does", async () => {
  await using home = await makeHome();
  await using daemon = startDaemonProcess(home, checkout);
  await daemon.whenUp();
  await daemon.orchestrator.pipe.close();
  assert.equal(await daemon.orchestrator.ended, "it ended with status 1");
  assert.equal(home.status()?.state, "stopped");
});

const REQUIRED = "[sandbox]\nrequire_kernel_sandbox = true\n";

Deno.test("require_kernel_sandbox: a daemon runs whose launcher says that the kernel holds it", async () => {
  await using home = await makeHome(REQUIRED);
  await using daemon = startDaemonProcess(home, checkout, ["--kernel-sandbox"]);
  assert.equal((await daemon.whenUp()).kernelSandbox, true);
  assert.equal(home.audit()[0]?.reason, "kernel-sandbox");
});

Deno.test("require_kernel_sandbox: a daemon is refused that the kernel does not hold, with what the kernel lacks", async () => {
  await using home = await makeHome(REQUIRED);
  const flags = denoFlags(planDaemon(home, [checkout.folder]).roles[0]?.grants ?? []);
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      ...checkout.runtime,
      ...flags,
      checkout.orchestrator,
      "--roles",
      "processes",
      "--kernel-missing",
      "landlock,seccomp",
      "daemon",
    ],
    env: environmentOf(home),
    clearEnv: true,
    stdin: "null",
  }).output();
  assert.equal(code, 78);
  assert.equal(stdout.length, 0);
  assert.match(
    new TextDecoder().decode(stderr),
    /^kato: policy has require_kernel_sandbox = true.*lacks landlock, seccomp\n$/,
  );
});

Deno.test({
  ...onlyWith("bundles: every command runs from them, and the daemon on both hosts", program("npm")),
  async fn(test) {
    await using program = await installBundles();
    await using home = await makeHome();
    const rows = createRows();
    const log = home.log(rows.session);
    append(log, rows.user("What grows here?"), rows.assistant("Beans."));
    const run = async (...line: readonly string[]) => {
      const permissions = [
        "--no-prompt",
        "--allow-read",
        "--deny-write",
        "--allow-env",
        "--allow-sys=uid",
        "--deny-net",
        "--deny-run",
      ];
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", ...program.runtime, ...permissions, program.kato, ...line],
        env: { ...environmentOf(home), DENO_DIR: "/dev/null/none" },
        clearEnv: true,
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
    };
    await test.step("what runs for days is one file each, and loads nothing of node: but the database", () => {
      for (const file of [program.parser, program.writer, program.orchestrator]) {
        const text = Deno.readTextFileSync(file);
        const loading = /\b(?:from|import|require)\b\s*\(?\s*["']([^"'\s]+)["']|getBuiltinModule/g;
        const loaded = new Set([...text.matchAll(loading)].map(([said, module]) => module ?? said));
        const allowed = file === program.orchestrator ? ["node:sqlite"] : [];
        assert.deepEqual([...loaded].sort(), allowed, file);
      }
    });
    await test.step("--version", async () => {
      const out = `${versionLine(Deno.version.deno)}\n`;
      assert.deepEqual(await run("--version"), { code: 0, out, err: "" });
    });
    await test.step("sessions", async () => {
      const { code, out } = await run("sessions");
      assert.equal(code, 0);
      assert.match(out, /What grows here\?/);
    });
    await test.step("export --file", async () => {
      const { code, out } = await run("export", "--file", log, "--output", "-");
      assert.equal(code, 0);
      assert.match(out, /Beans\./);
    });
    await test.step("plan", async () => {
      const { out } = await run("plan", "--", "daemon");
      assert.ok(out.includes(`\0read ${program.folder}\0`));
    });
    await test.step("the daemon, roles as processes", () => recordSomething(home, program));
    await test.step("the daemon, roles as threads", () => recordInThreads(program));
  },
});

async function recordInThreads(program: Program): Promise<void> {
  await using home = await makeHome();
  await using daemon = startDaemon(home, { program });
  await daemon.whenUp();
  const rows = createRows();
  const log = home.log(rows.session);
  append(log, rows.user("::capture notes.md"), rows.assistant("one"));
  const text = renderCapture(log, "::capture notes.md");
  await until("it is recorded", () => readExport(home, "notes.md") === text);
  assert.equal(await daemon.stop(), 0);
}

Deno.test({
  ...onlyWith(
    "bundles: the same source gives the same bytes in another folder, and they name none",
    program("npm"),
  ),
  async fn() {
    const other = await Deno.makeTempDir({ prefix: "kato-elsewhere-" });
    try {
      const root = checkout.folder.replace(/\/src$/, "");
      const copied = ["src", "packaging", "deno.json", "deno.lock"].map((name) => `${root}/${name}`);
      await new Deno.Command("cp", { args: ["-r", ...copied, other] }).output();
      // What a build puts in the place of Node's modules is bundled, too.
      await Deno.mkdir(`${other}/tools`);
      await new Deno.Command("cp", { args: ["-r", `${root}/tools/build`, `${other}/tools`] }).output();
      const pins = readPins(root);
      const here = await bundleRoles(root, `${root}/.deno/build`, pins);
      const there = await bundleRoles(other, `${other}/.work`, pins);
      for (const [name, text] of here) {
        assert.ok(there.get(name) === text, name);
        assert.doesNotMatch(text, /\.deno\/|\/npm\/\w+\.\w+|kato-elsewhere/);
      }
    } finally {
      await Deno.remove(other, { recursive: true });
    }
  },
});
