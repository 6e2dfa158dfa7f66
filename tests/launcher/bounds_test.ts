/** Both sides say alike where a person's recordings may go: the launcher's outer bound and the policy's roots. */
import assert from "node:assert/strict";
import { RESERVED_IN_HOME, SYSTEM_LOCATIONS, whyNoRoot } from "../../src/settings/folders.ts";
import { onlyWith } from "../needs.ts";
import { build, COMPILER } from "./build.ts";

const HOMES = ["/home/ada", "/root", "/var/home/ada", "/srv/homes/ada", "/data/ada", "/u/home"];

/** `~` stands for the home, `^` for the folder that holds it. */
const PLACES = [
  "~",
  "^",
  "/",
  "~/notes",
  "~/notes/deep",
  "~/.kato/exports",
  "~/.kato/exports/a",
  "~/.bashrc",
  "~/.local/bin",
  "~/.config",
  "~/.ssh",
  "~/notes/.git",
  "~/notes/..odd",
  "~x",
  "~x/notes",
  "^/bob",
  "^/bob/notes",
  "/home",
  "/home/bob/notes",
  "/homes/bob/notes",
  "/data/notes",
  "/data/.notes",
  "/srv/notes",
  "/tmp/notes",
  "/opt/notes",
  "/etcetera",
  "/mnt/home/bob",
  ...RESERVED_IN_HOME.flatMap((folder) => [`~/${folder}`, `~/${folder}/x`]),
  ...SYSTEM_LOCATIONS.flatMap((location) => [location, `${location}/x`]),
];

Deno.test({
  ...onlyWith(
    "the launcher and the policy say the same of every place that recordings could go to",
    COMPILER,
  ),
  async fn() {
    const pairs = HOMES.flatMap((home) =>
      PLACES.map((place) => {
        const above = home.slice(0, home.lastIndexOf("/"));
        const path = place.replace(/^~/, home).replace(/^\^/, above);
        return [home, path === "" ? "/" : path] as const;
      })
    );
    const child = new Deno.Command(build("place-check"), { stdin: "piped", stdout: "piped" }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(pairs.flat().map((text) => `${text}\0`).join("")));
    await writer.close();
    const said = new TextDecoder().decode((await child.output()).stdout).trimEnd().split("\n");
    const expected = pairs.map(([home, path]) => whyNoRoot(path, home) === null ? "yes" : "no");
    const rows = (answers: readonly string[]) => pairs.map((pair, at) => `${pair.join(" ")}: ${answers[at]}`);
    assert.deepEqual(rows(said), rows(expected));
    assert.ok(said.includes("yes") && said.includes("no"));
  },
});
