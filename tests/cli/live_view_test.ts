import assert from "node:assert/strict";
import { placesOf } from "../../src/settings/places.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { type LiveView, showLive } from "../../src/cli/terminal/live_view.ts";
import { onlyWith, program } from "../needs.ts";
import { until } from "../daemon/stage/until.ts";
import { makeHome } from "./stage/run_line.ts";
import { startOnTerminal } from "./stage/on_terminal.ts";

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";

/** What was written when the views of `frames` were looked at, and then the signal came. */
async function watch(frames: readonly (readonly string[])[], own: Partial<LiveView> = {}) {
  const written: string[] = [];
  let looks = 0;
  const view: LiveView["view"] = () => Promise.resolve(frames[looks++] ?? frames.at(-1) ?? []);
  const signal = await showLive({
    out: { write: (text) => void written.push(text), columns: 80 },
    view,
    heard: () => looks >= frames.length ? "interrupted" : null,
    size: () => ({ columns: 80, rows: 24 }),
    ...own,
  });
  return { signal, written };
}

Deno.test("showLive() draws what changed, and gives the screen back when a signal comes", async () => {
  const { signal, written } = await watch([["one", "two"], ["one", "two"], ["three"]]);
  assert.equal(signal, "interrupted");
  assert.deepEqual(written, [
    ENTER,
    "\u001b[Hone\u001b[K\ntwo\u001b[K\u001b[J",
    "\u001b[Hthree\u001b[K\u001b[J",
    LEAVE,
  ]);
});

Deno.test("showLive() says what it has no room for", async () => {
  const { written } = await watch([["1", "2", "3", "4", "5"]], { size: () => ({ columns: 80, rows: 3 }) });
  const lines = (written[1] ?? "").split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines.at(-1) ?? "", /… 3 more lines/);
});

Deno.test("showLive() gives the screen back when the view fails, and leaves a terminal alone that is gone", async () => {
  const written: string[] = [];
  const out = { write: (text: string) => void written.push(text), columns: 80 };
  const failing = showLive({ out, view: () => Promise.reject(new Error("no")), heard: () => null });
  await assert.rejects(failing, /no/);
  assert.deepEqual(written, [ENTER, LEAVE]);
  assert.equal((await watch([["1"]], { heard: () => "hung-up" })).written.includes(LEAVE), false);
});

Deno.test(
  {
    ...onlyWith(
      "kato status --watch shows it live on a terminal; Ctrl-C ends it with 130",
      program("script", "bsdutils"),
    ),
    async fn() {
      using home = makeHome();
      makePrivateFolder(placesOf(home.home).state);
      const terminal = startOnTerminal(["status", "--watch"], home);
      await until("it is shown", () => terminal.shown().includes("it was never started"));
      makePrivateFolder(placesOf(home.home).config);
      Deno.writeTextFileSync(placesOf(home.home).policyFile, "nonsense = 1\n");
      await until("the change is shown", () => terminal.shown().includes("nonsense"));
      assert.equal(await terminal.interrupt(), 130);
      const shown = terminal.shown();
      assert.ok(shown.trimEnd().endsWith(LEAVE), JSON.stringify(shown.slice(-100)));
      assert.equal(shown.includes("kato: "), false);
    },
  },
);
