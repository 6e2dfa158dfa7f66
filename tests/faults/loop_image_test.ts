/**
 * The power fails under real file systems: each is on an image of its own, and is shut down without its log amid a run.
 * The next start makes every recording what it is without a failure. It takes root and minutes, so it runs at night:
 * KATO_LOOP_IMAGES is the number of failures of each file system.
 */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { makeHome, startDaemon, type TestHome } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { createRandom } from "../daemon/stage/random.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { type Need, onlyWith, program, ROOT } from "../needs.ts";
import { tried } from "../tried.ts";
import { NEEDS } from "./injector.ts";

const LOSSES = Number(Deno.env.get("KATO_LOOP_IMAGES") ?? 0);

const AT_NIGHT: Need = {
  isMet: LOSSES > 0,
  otherwise: "it is too long for each change: deno task test:torture --long runs it",
};

const SYSTEMS: readonly (readonly [what: string, make: string, inPackage: string, options: string])[] = [
  ["ext4", "mkfs.ext4", "e2fsprogs", ""],
  ["ext4 that writes data back later", "mkfs.ext4", "e2fsprogs", "data=writeback"],
  ["XFS", "mkfs.xfs", "xfsprogs", ""],
];
const IMAGE_BYTES = 400 * 2 ** 20;

function run(name: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(name, { args }).outputSync();
  assert.ok(success, `${name}: ${new TextDecoder().decode(stderr)}`);
}

interface Image extends Disposable {
  /** Shuts it down without its log; nothing can be read or written then. */
  goDown(): void;
  /** Mounts it again, which replays the log that is there. */
  comeBack(): void;
}

/** An image with a file system of its own for kato's folder. */
function mountImage({ places }: TestHome, make: string, options: string): Image {
  const folder = Deno.makeTempDirSync({ prefix: "kato-image-" });
  const [image, goDown] = [`${folder}/image`, `${folder}/go_down`];
  Deno.writeFileSync(image, new Uint8Array(0));
  Deno.truncateSync(image, IMAGE_BYTES);
  run(make, "-q", image);
  run(Deno.env.get("CC") ?? "cc", "-O2", "-o", goDown, new URL("go_down.c", import.meta.url).pathname);
  const mount = () =>
    run("mount", "-o", ["loop", ...options === "" ? [] : [options]].join(), image, places.base);
  mount();
  Deno.chmodSync(places.base, 0o700);
  for (const own of [places.config, places.state, places.logs, places.exports]) makePrivateFolder(own);
  return {
    goDown: () => run(goDown, places.base),
    comeBack() {
      run("umount", places.base);
      mount();
    },
    [Symbol.dispose]() {
      run("umount", places.base);
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

for (const [what, make, inPackage, options] of SYSTEMS) {
  Deno.test(
    onlyWith(
      `faults: power fails under ${what}, and nothing is lost or done twice`,
      AT_NIGHT,
      ROOT,
      program(make, inPackage),
      ...NEEDS,
    ),
    async () => {
      await using home = await makeHome();
      using image = mountImage(home, make, options);
      const random = createRandom(7);
      const rows = createRows();
      const log = home.log(rows.session);
      const begin = "::capture notes.md";
      const isWhole = () => readExport(home, "notes.md") === renderCapture(log, begin);
      {
        await using daemon = startDaemon(home);
        await daemon.whenUp();
        append(log, rows.user(begin), rows.assistant("one"));
        await until("it is begun", isWhole, { saw: daemon.said });
      }
      for (let loss = 0; loss < LOSSES; loss += 1) {
        await using daemon = startDaemon(home);
        await daemon.whenUp();
        append(log, rows.user(`::export loss-${loss}.md\nand go on`));
        const words = random.between(1, 30);
        for (let word = 0; word < words; word += 1) {
          append(log, rows.assistant(`word ${word} of loss ${loss}`));
          // Other moments each time: kato is amid any step.
          if (word % 4 !== 0) continue;
          await until(
            "a word is there",
            () => readExport(home, "notes.md").includes(`word ${word} of loss ${loss}`),
            {
              saw: daemon.said,
            },
          );
        }
        image.goDown();
        await daemon.kill();
        image.comeBack();
        // It may be empty now, and this test would read it before the next start has written it.
        run("rm", "-f", home.places.statusFile);
      }
      await using daemon = startDaemon(home);
      await daemon.whenUp();
      for (let loss = 0; loss < LOSSES; loss += 1) await daemon.whenRecording(`loss-${loss}.md`, "done");
      await until("notes.md is whole", isWhole, { saw: daemon.said });
      assert.equal(await daemon.stop(), 0);
      assert.equal(verifyAudit(home.places.logs).broken, null);
      tried(`${LOSSES} power failures under ${what}`);
    },
  );
}
