/** The tables of src/launcher/tests/unit.c, as everywhere: `make check` runs them under sanitizers and valgrind too. */
import assert from "node:assert/strict";
import { build, WITHOUT_COMPILER } from "./build.ts";

Deno.test({
  name: "the launcher's own tables hold",
  ignore: WITHOUT_COMPILER !== null,
  async fn() {
    const { code, stdout } = await new Deno.Command(build("unit-plain"), { stdin: "null" }).output();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
  },
});
