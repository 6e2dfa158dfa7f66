/** A page in a real browser: it asks the network for nothing, and its console stays empty. */
import assert from "node:assert/strict";
import { imageNotice } from "../../src/protocol/event.ts";
import { onlyWith, program } from "../needs.ts";
import { PNG } from "./one_pixel.ts";
import { type Body, renderAs } from "./render.ts";

const FIXTURES = new URL("../../fixtures/render/", import.meta.url).pathname;

/** The browser's own requests have no page as their origin. */
const NO_PAGE = "not an origin";

interface NetLog {
  readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
  readonly events: readonly {
    readonly type: number;
    readonly params?: { readonly url?: string; readonly initiator?: string };
  }[];
}

/** What the page asked for and said, and its document after that. */
function open(page: string): { requests: string[]; said: string[]; document: string } {
  const folder = Deno.makeTempDirSync();
  try {
    const { stdout, stderr } = new Deno.Command("chromium", {
      args: [
        ...[
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
        ],
        ...["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--dump-dom"],
        ...[`--user-data-dir=${folder}/profile`, `--log-net-log=${folder}/log.json`, `file://${page}`],
      ],
    }).outputSync();
    const log = JSON.parse(Deno.readTextFileSync(`${folder}/log.json`)) as NetLog;
    const begun = log.constants.logEventTypes["URL_REQUEST_START_JOB"];
    const decoder = new TextDecoder();
    return {
      requests: log.events.flatMap(({ type, params }) =>
        type === begun && params?.url !== undefined && params.initiator !== NO_PAGE ? [params.url] : []
      ),
      said: decoder.decode(stderr).split("\n").filter((line) => line.includes(":CONSOLE")),
      document: decoder.decode(stdout),
    };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

for (const name of ["session_thinking", "hostile"]) {
  Deno.test({
    ...onlyWith(`the page ${name} asks for nothing and says nothing in a browser`, program("chromium")),
    fn() {
      const { requests, said, document } = open(`${FIXTURES}${name}/out.html`);
      assert.deepEqual({ requests, said }, { requests: [], said: [] });
      assert.match(document, /<h2 class="user" id="turn-\d+">/);
    },
  });
}

Deno.test({
  ...onlyWith("a page with images shows them, asks for nothing and says nothing", program("chromium")),
  fn() {
    const page = Deno.makeTempFileSync({ suffix: ".html" });
    try {
      const notice = imageNotice({ words: "image/png, 70 bytes", data: PNG }) as Body;
      Deno.writeTextFileSync(
        page,
        renderAs("html", [{ type: "user", text: "Look." }, notice], { images: "inline" }),
      );
      const { requests, said } = open(page);
      assert.deepEqual({ requests, said }, { requests: [], said: [] });
    } finally {
      Deno.removeSync(page);
    }
  },
});

Deno.test({
  ...onlyWith("this test notices a page that asks and speaks", program("chromium")),
  fn() {
    const page = Deno.makeTempFileSync({ suffix: ".html" });
    try {
      const html = Deno.readTextFileSync(`${FIXTURES}session/out.html`);
      // In its place the policy of the page would stop both, and say so.
      const allowing = html.replace(/<meta http-equiv[^>]*>/, "");
      Deno.writeTextFileSync(
        page,
        `${allowing}<img src="http://kato.invalid/x"><script>console.log("x")</script>`,
      );
      const { requests, said } = open(page);
      assert.deepEqual(requests, ["http://kato.invalid/x"]);
      assert.equal(said.length, 1);
    } finally {
      Deno.removeSync(page);
    }
  },
});
