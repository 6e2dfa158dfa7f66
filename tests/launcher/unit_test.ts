/** The tables of src/launcher/tests/unit.c, as everywhere: `make check` runs them under sanitizers and valgrind too. */
import assert from "node:assert/strict";
import { onlyWith } from "../needs.ts";
import { build, COMPILER } from "./build.ts";

Deno.test({
  ...onlyWith("the launcher's own tables hold", COMPILER),
  async fn() {
    const { code, stdout } = await new Deno.Command(build("unit-plain"), { stdin: "null" }).output();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
  },
});
