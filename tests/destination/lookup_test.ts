/** What lookUp() sees of real folders. The attacks on it are in tests/attacks/path_policy_test.ts. */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { type Look, lookUp, measureFolder } from "../../src/destination/lookup.ts";
import { NOT_ROOT, onlyWith } from "../needs.ts";

/** A folder `base` with home, notes (a root) and elsewhere in it; removed afterwards. */
function withFolders(run: (base: string) => void): void {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-lookup-" }));
  try {
    for (const name of ["home", "home/notes", "home/notes/sub", "elsewhere"]) {
      Deno.mkdirSync(`${base}/${name}`, { mode: 0o700 });
    }
    run(base);
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}

Deno.test("lookUp() describes every component that exists, from the top", () =>
  withFolders((base) => {
    const root = `${base}/home/notes`;
    Deno.writeTextFileSync(`${root}/sub/a.md`, "12345", { mode: 0o600 });
    const lookup = lookUp(`${root}/sub/a.md`, [root], `${base}/home`);
    assert.equal(lookup.path, `${root}/sub/a.md`);
    assert.equal(lookup.components[0]?.path, "/");
    assert.deepEqual(lookup.components.slice(-3).map(({ path, kind }) => [path, kind]), [
      [root, "directory"],
      [`${root}/sub`, "directory"],
      [`${root}/sub/a.md`, "file"],
    ]);
    const info = Deno.statSync(`${root}/sub/a.md`);
    assert.deepEqual(lookup.components.at(-1), {
      path: `${root}/sub/a.md`,
      kind: "file",
      uid: Deno.uid(),
      mode: info.mode,
      dev: info.dev,
      ino: info.ino,
      links: 1,
      size: 5,
      birth: info.birthtime?.getTime() ?? null,
    });
    assert.deepEqual([lookup.ancestor, lookup.realAncestor], [`${root}/sub`, `${root}/sub`]);
    assert.deepEqual(lookup.realRoots, { [root]: root });
    assert.equal(lookup.realHome, `${base}/home`);
    assert.equal(lookup.blocked, null);
    const elsewhere = lookUp("/proc/missing", [root], `${base}/home`);
    assert.equal(elsewhere.components.at(-1)?.birth, null, "/proc does not keep it");
    assert.equal(lookUp("/dev/null", [root], `${base}/home`).components.at(-1)?.kind, "other");
  }));

Deno.test("lookUp() stops where nothing exists any more", () =>
  withFolders((base) => {
    const root = `${base}/home/notes`;
    const lookup = lookUp(`${root}/x/y/a.md`, [root, `${base}/missing`], `${base}/home`);
    assert.equal(lookup.components.at(-1)?.path, root);
    assert.equal(lookup.ancestor, root);
    assert.equal(lookup.blocked, null);
    assert.deepEqual(Object.keys(lookup.realRoots), [root]);
    const homeless = lookUp(`${root}/a.md`, [root], `${base}/missing`);
    assert.deepEqual([homeless.realHome, homeless.path], [`${base}/missing`, `${root}/a.md`]);
  }));

Deno.test("lookUp() follows a link above a root, and that of the home, and no other", () =>
  withFolders((base) => {
    Deno.mkdirSync(`${base}/home/notes/deep`);
    Deno.symlinkSync(`${base}/home/notes`, `${base}/named`);
    Deno.symlinkSync(`${base}/home`, `${base}/people`);
    Deno.symlinkSync("../../elsewhere", `${base}/home/notes/out`);

    assert.equal(
      lookUp(`${base}/named/deep/a.md`, [`${base}/named/deep`], `${base}/home`).path,
      `${base}/home/notes/deep/a.md`,
    );
    const link = lookUp(`${base}/named/a.md`, [`${base}/named`], `${base}/home`);
    assert.deepEqual(
      [link.path, link.realRoots],
      [`${base}/named/a.md`, {}],
      "a root that is a link is none",
    );
    assert.equal(lookUp(`${base}/people/a.md`, [], `${base}/people`).path, `${base}/home/a.md`);

    const out = lookUp(`${base}/people/notes/out/a.md`, [`${base}/people/notes`], `${base}/home`);
    assert.equal(out.path, `${base}/home/notes/out/a.md`);
    assert.equal(out.components.at(-1)?.kind, "symlink");
    assert.equal(out.realAncestor, `${base}/elsewhere`);

    const unnamed = lookUp(`${base}/named/a.md`, [`${base}/home/notes`], `${base}/home`);
    assert.equal(unnamed.path, `${base}/named/a.md`);
    assert.equal(unnamed.components.at(-1)?.kind, "symlink");
  }));

Deno.test("lookUp() of nested roots goes by the inner one, in whatever order they are named", () =>
  withFolders((base) => {
    Deno.mkdirSync(`${base}/elsewhere/deep`);
    Deno.symlinkSync("../../elsewhere", `${base}/home/notes/out`);
    const outer = `${base}/home/notes`;
    const inner = `${outer}/out/deep`;
    for (const roots of [[outer, inner], [inner, outer]]) {
      assert.equal(lookUp(`${inner}/a.md`, roots, `${base}/home`).path, `${base}/elsewhere/deep/a.md`);
      assert.equal(lookUp(`${outer}/a.md`, roots, `${base}/home`).path, `${outer}/a.md`);
    }
  }));

Deno.test("lookUp() takes the nearest ancestor that resolves, past links that lead nowhere or in a circle", () =>
  withFolders((base) => {
    const root = `${base}/home/notes`;
    Deno.symlinkSync("missing", `${root}/dangling`);
    Deno.symlinkSync("circle", `${root}/circle`);
    for (const name of ["dangling", "circle"]) {
      const lookup = lookUp(`${root}/${name}/a.md`, [root], `${base}/home`);
      assert.equal(lookup.components.at(-1)?.kind, "symlink", name);
      assert.deepEqual([lookup.ancestor, lookup.realAncestor], [root, root], name);
    }
  }));

Deno.test("lookUp() gives what cannot be examined as a value", () =>
  withFolders((base) => {
    const root = `${base}/home/notes`;
    Deno.writeTextFileSync(`${root}/a.md`, "");
    Deno.symlinkSync("circle", `${root}/circle`);
    const long = "x".repeat(300);
    assert.deepEqual(lookUp(`${root}/a.md/b.md`, [root], base).blocked, {
      path: `${root}/a.md/b.md`,
      code: "ENOTDIR",
    });
    assert.deepEqual(lookUp(`${root}/circle/b.md`, [root], base).blocked, {
      path: `${root}/circle/b.md`,
      code: "ELOOP",
    });
    assert.deepEqual(lookUp(`${root}/${long}`, [root], base).blocked, {
      path: `${root}/${long}`,
      code: "ENAMETOOLONG",
    });
  }));

const REFUSALS: readonly (readonly [error: Error, code: string])[] = [
  [Object.assign(new Error("Permission denied (os error 13)"), { code: "EACCES" }), "EACCES"],
  // The runtime has no name for this one.
  [new Error("Remote I/O error (os error 121)"), "os error 121"],
  [Object.assign(new Error("no such luck"), { code: 7 }), "no such luck"],
];

for (const [error, code] of REFUSALS) {
  Deno.test(`lookUp() gives "${error.message}" of the system as ${code}`, () =>
    withFolders((base) => {
      const { lstatSync } = Deno;
      const path = `${base}/home/notes`;
      try {
        Deno.lstatSync = (looked) => {
          if (looked === path) throw error;
          return lstatSync(looked);
        };
        assert.deepEqual(lookUp(`${path}/a.md`, [], `${base}/home`).blocked, { path, code });
      } finally {
        Deno.lstatSync = lstatSync;
      }
    }));
}

Deno.test("measureFolder() counts the bytes of a folder with at most so many entries", () =>
  withFolders((base) => {
    for (const name of ["a", "b", "c"]) Deno.writeTextFileSync(`${base}/elsewhere/${name}`, `12${name}`);
    const measure = (most: number) => measureFolder(`${base}/elsewhere`, most);
    assert.deepEqual([2, 3, 4].map(measure), ["too-large", 9, 9]);
    assert.equal(measureFolder(`${base}/missing`, 3), "unreadable");
  }));

Deno.test({
  ...onlyWith("lookUp() gives a folder that may not be searched as a value", NOT_ROOT),
  fn: () =>
    withFolders((base) => {
      const root = `${base}/home/notes`;
      Deno.chmodSync(`${root}/sub`, 0);
      assert.deepEqual(lookUp(`${root}/sub/a.md`, [root], base).blocked, {
        path: `${root}/sub/a.md`,
        code: "EACCES",
      });
      Deno.chmodSync(`${root}/sub`, 0o700);
    }),
});

Deno.test("lookUp() throws for a path that no normalised path can be", () =>
  withFolders((base) => {
    for (const [path, root] of [[`${base}/a\0.md`, base], [`${base}/a.md`, `${base}\0`]] as const) {
      assert.throws(() => lookUp(path, [root], base), TypeError);
    }
  }));

Deno.test("lookUp() works with read on the root alone, and sees nothing above it", async () => {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-lookup-" }));
  try {
    const root = `${base}/notes`;
    for (const name of ["sub", "closed"]) Deno.mkdirSync(`${root}/${name}`, { recursive: true });
    const module = new URL("../../src/destination/lookup.ts", import.meta.url).href;
    const program = `import { type Look, lookUp, measureFolder } from ${JSON.stringify(module)};
      const see = (path) => { const { components, realRoots, blocked } = lookUp(path, [${
      JSON.stringify(root)
    }], "/home/x");
        return { components: components.map((one) => one.path), realRoots, blocked }; };
      const paths = ${JSON.stringify([`${root}/sub/a.md`, "/etc/passwd", `${root}/closed/a.md`])};
      console.log(JSON.stringify(paths.map(see)));`;
    const main = `${base}/main.ts`;
    Deno.writeTextFileSync(main, program);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        "--quiet",
        `--config=${config}`,
        `--allow-read=${root}`,
        `--deny-read=${root}/closed`,
        main,
      ],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
      { components: [root, `${root}/sub`], realRoots: { [root]: root }, blocked: null },
      { components: [], realRoots: { [root]: root }, blocked: null },
      // Below the root, a folder that may not be seen blocks the path.
      {
        components: [root],
        realRoots: { [root]: root },
        blocked: { path: `${root}/closed`, code: "NotCapable" },
      },
    ]);
    assert.equal(dirname(root), base);
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
});

Deno.test("lookUp() tells what the system refuses for now on the way to the path, and nothing of another root", () =>
  withFolders((base) => {
    const root = `${base}/home/notes`;
    const share = `${base}/elsewhere`;
    const gone = (path: string | URL) => {
      if (String(path).startsWith(share)) {
        throw Object.assign(new Error("not connected"), { code: "ENOTCONN" });
      }
    };
    const disk: Look = {
      lstatSync: (path) => (gone(path), Deno.lstatSync(path)),
      realPathSync: (path) => (gone(path), Deno.realPathSync(path)),
    };
    const look = (path: string) => lookUp(path, [root, share], `${base}/home`, disk);
    const { refused, blocked, realRoots } = look(`${root}/a.md`);
    assert.deepEqual([refused, blocked, realRoots], [undefined, null, { [root]: root }]);
    assert.deepEqual(look(`${share}/a.md`).refused, { path: share, code: "ENOTCONN" });
  }));
