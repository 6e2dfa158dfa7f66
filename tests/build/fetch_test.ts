/** What a build takes from outside is what packaging/pins.json names, or nothing. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fetchPinned, sha256 } from "../../tools/build/fetch_pinned.ts";
import type { Pin } from "../../tools/build/pins.ts";
import { BuildError } from "../../tools/build/run_program.ts";

const encoder = new TextEncoder();

interface Registry {
  /** Where builds keep what they fetched. */
  readonly cache: string;
  /** How often npm was asked. */
  asked(): number;
}

/** Runs `step` with an npm on the PATH that gives a package holding `served`. */
async function withNpm(
  served: string,
  step: (registry: Registry, archive: string) => Promise<void>,
): Promise<void> {
  const top = await Deno.makeTempDir({ prefix: "kato-fetch-" });
  const path = Deno.env.get("PATH") ?? "";
  try {
    for (const folder of ["bin", "cache", "package"]) Deno.mkdirSync(`${top}/${folder}`);
    Deno.writeTextFileSync(`${top}/package/deno`, served);
    await new Deno.Command("tar", { args: ["-czf", "made.tgz", "package"], cwd: top }).output();
    const npm = `#!/bin/sh\necho "$*" >> ${top}/asked\ncp ${top}/made.tgz deno-thing-1.2.3.tgz\n`;
    Deno.writeTextFileSync(`${top}/bin/npm`, npm, { mode: 0o755 });
    Deno.env.set("PATH", `${top}/bin:${path}`);
    const asked = () => {
      try {
        return Deno.readTextFileSync(`${top}/asked`).trim().split("\n").length;
      } catch {
        return 0;
      }
    };
    await step({ cache: `${top}/cache`, asked }, `${top}/made.tgz`);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(top, { recursive: true });
  }
}

function pinOf(archive: string, text: string): Pin {
  const hash = createHash("sha512").update(Deno.readFileSync(archive)).digest("base64");
  return {
    name: "@deno/thing",
    integrity: `sha512-${hash}`,
    file: "package/deno",
    sha256: sha256(encoder.encode(text)),
  };
}

Deno.test("fetchPinned() fetches a package once, and gives the file that is pinned", async () => {
  await withNpm("a runtime", async ({ cache, asked }, archive) => {
    const pin = pinOf(archive, "a runtime");
    for (const _time of [1, 2]) {
      assert.deepEqual(await fetchPinned(pin, "1.2.3", cache), encoder.encode("a runtime"));
    }
    assert.equal(asked(), 1);
  });
});

Deno.test("fetchPinned() refuses another package than the pinned one", async () => {
  await withNpm("a runtime of somebody else", async ({ cache }, archive) => {
    const pin = { ...pinOf(archive, "a runtime"), integrity: `sha512-${"A".repeat(86)}==` };
    await assert.rejects(
      fetchPinned(pin, "1.2.3", cache),
      new BuildError("@deno/thing 1.2.3 is not the package that packaging/pins.json names"),
    );
  });
});

Deno.test("fetchPinned() refuses another file in the pinned package", async () => {
  await withNpm("a runtime of somebody else", async ({ cache }, archive) => {
    await assert.rejects(
      fetchPinned(pinOf(archive, "a runtime"), "1.2.3", cache),
      /package\/deno .* is not the file/,
    );
  });
});

Deno.test("fetchPinned() does not trust what an earlier build kept", async () => {
  await withNpm("a runtime", async ({ cache, asked }, archive) => {
    Deno.writeTextFileSync(`${cache}/deno-thing-1.2.3.tgz`, "something else");
    assert.deepEqual(
      await fetchPinned(pinOf(archive, "a runtime"), "1.2.3", cache),
      encoder.encode("a runtime"),
    );
    assert.equal(asked(), 1);
  });
});
