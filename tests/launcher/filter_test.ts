/**
 * The tables of src/launcher/tests/filter.c: the answers of the system-call filter, by the kernel's own numbers. The filter
 * is run by the test and not by the kernel, so the one for arm64 is checked on other machines too, under emulation.
 */
import assert from "node:assert/strict";
import { onlyWith, program } from "../needs.ts";
import { build, COMPILER } from "./build.ts";

const SOURCE = new URL("../../src/launcher", import.meta.url).pathname;
const CROSS = "aarch64-linux-gnu-gcc";
const EMULATOR = "qemu-aarch64-static";

function run(...line: readonly string[]): { readonly success: boolean; readonly said: string } {
  const [program = "", ...args] = line;
  try {
    const { success, stdout, stderr } = new Deno.Command(program, { args, stdin: "null" }).outputSync();
    return {
      success,
      said: new TextDecoder().decode(success ? stdout : new Uint8Array([...stdout, ...stderr])),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, said: `${program} is not here` };
  }
}

Deno.test({
  ...onlyWith("the filter says of every call what it should, by this architecture's numbers", COMPILER),
  fn() {
    const { success, said } = run(build("filter"));
    assert.ok(success, said);
  },
});

Deno.test({
  ...onlyWith(
    "the filter says of every call what it should, by arm64's numbers",
    { isMet: Deno.build.arch !== "aarch64", otherwise: "they are this machine's own" },
    COMPILER,
    program(CROSS, "gcc-aarch64-linux-gnu"),
    program(EMULATOR, "qemu-user-static"),
  ),
  fn() {
    const folder = Deno.makeTempDirSync({ prefix: "kato-filter-" });
    try {
      const made = run("make", "-C", SOURCE, `CC=${CROSS}`, `BUILD=${folder}`, "filter", "unit-plain");
      assert.ok(made.success, made.said);
      for (const program of ["filter", "unit-plain"]) {
        const { success, said } = run(EMULATOR, "-L", "/usr/aarch64-linux-gnu", `${folder}/${program}`);
        assert.ok(success, said);
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
