import assert from "node:assert/strict";
import { join } from "@std/path";
import { formatSettingsError } from "../../src/settings/keys.ts";
import { placesOf } from "../../src/settings/places.ts";
import {
  loadConfig,
  loadOrganisation,
  loadPolicy,
  readOwnPolicy,
  type SettingsPlaces,
} from "../../src/settings/policy_files.ts";

/** A home and an administrator's folder, both of whoever runs the test. */
async function withPlaces(test: (places: SettingsPlaces) => void | Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir();
  const uid = Deno.uid() ?? 0;
  const places = { system: join(base, "etc"), home: join(base, "home"), uid, administrator: uid };
  try {
    Deno.mkdirSync(places.home);
    await test(places);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

function put(file: string, text: string | Uint8Array, mode = 0o644): void {
  Deno.mkdirSync(join(file, ".."), { recursive: true, mode: 0o755 });
  Deno.writeFileSync(file, typeof text === "string" ? new TextEncoder().encode(text) : text);
  Deno.chmodSync(file, mode);
}

function refused(places: SettingsPlaces): string[] {
  const result = loadPolicy(places);
  assert.ok(!result.ok, "expected the policy to be refused");
  return result.errors.map(formatSettingsError);
}

Deno.test("loadPolicy() without any file is the default", () =>
  withPlaces((places) => {
    const result = loadPolicy(places);
    assert.ok(result.ok);
    assert.deepEqual(result.effective.policy.destinations.roots, [`${places.home}/.kato/exports`]);
    assert.ok(loadConfig(places).ok);
  }));

Deno.test("loadPolicy() refuses a root that is a link, and one that leads out of what is enforced through one", () =>
  withPlaces((places) => {
    const { home, system } = places;
    const own = placesOf(home).policyFile;
    const roots = (folder: string) => `[destinations]\nroots = ["${folder}"]\ndefault_root = "${folder}"\n`;
    Deno.mkdirSync(`${home}/enforced/real/deep`, { recursive: true });
    Deno.mkdirSync(`${home}/private/deep`, { recursive: true });
    Deno.symlinkSync(`${home}/private`, `${home}/enforced/link`);
    Deno.symlinkSync("real", `${home}/enforced/inner`);
    put(own, roots(`${home}/enforced/inner`));
    assert.match(refused(places).join(), /inner" is a symbolic link; name the folder that it leads to/);
    const enforce = 'enforce = ["destinations.roots", "destinations.default_root"]\n';
    put(join(system, "policy.toml"), enforce + roots(`${home}/enforced`));
    for (const folder of ["link", "link/deep", "link/not/yet"]) {
      put(own, roots(`${home}/enforced/${folder}`));
      assert.match(
        refused(places).join(),
        /leads through a link out of what .* enforces|is a symbolic link/,
        folder,
      );
    }
    for (const folder of ["real", "real/deep", "real/not/yet", "inner/deep"]) {
      put(own, roots(`${home}/enforced/${folder}`));
      const result = loadPolicy(places);
      assert.ok(result.ok, folder);
      assert.deepEqual(result.effective.policy.destinations.roots, [`${home}/enforced/${folder}`]);
    }
  }));

Deno.test("loadPolicy() reads the administrator's files by name, then the person's", () =>
  withPlaces((places) => {
    const size = (n: number) => `[destinations]\nmax_file_mb = ${n}\n`;
    put(join(places.system, "policy.toml"), size(1));
    put(join(places.system, "policy.d/20.toml"), size(3));
    put(join(places.system, "policy.d/10.toml"), `${size(2)}allow_shared = true\n`);
    put(join(places.system, "policy.d/30.toml.rpmsave"), "not = read");
    put(join(places.system, "policy.d/.40.toml"), "not = read");
    put(placesOf(places.home).policyFile, "[destinations]\nallow_existing = true\n", 0o600);
    const result = loadPolicy(places);
    assert.ok(result.ok);
    const { policy, origins } = result.effective;
    assert.equal(policy.destinations.max_file_mb, 3);
    assert.equal(policy.destinations.allow_shared, true);
    assert.equal(origins["destinations.max_file_mb"], join(places.system, "policy.d/20.toml"));
    assert.equal(origins["destinations.allow_existing"], placesOf(places.home).policyFile);
  }));

for (const order of [1, -1]) {
  Deno.test(`loadPolicy() reads policy.d by name, whichever order the disk gives (${order})`, () =>
    withPlaces((places) => {
      // By code units: digits, capitals, small letters, whatever a locale says.
      const names = ["9.toml", "B.toml", "a.toml", "é.toml"];
      for (const [index, name] of names.entries()) {
        put(join(places.system, "policy.d", name), `[destinations]\nmax_file_mb = ${index + 1}\n`);
      }
      const { readDirSync } = Deno;
      try {
        Deno.readDirSync = (path) =>
          [...readDirSync(path)].sort((a, b) => a.name < b.name ? -order : order).values();
        const result = loadPolicy(places);
        assert.ok(result.ok);
        assert.deepEqual(
          result.effective.said.filter(({ key, origin }) =>
            key === "destinations.max_file_mb" && origin !== "default"
          ).map(({ file, value }) => [file, value]),
          names.map((name, index) => [join(places.system, "policy.d", name), index + 1]),
        );
      } finally {
        Deno.readDirSync = readDirSync;
      }
    }));
}

for (const what of ["policy.toml", "policy.d/a.toml"]) {
  for (const field of ["dev", "ino"] as const) {
    Deno.test(`loadPolicy() refuses ${what} when what it opened has another ${field} than what it looked at`, () =>
      withPlaces((places) => {
        const file = join(places.system, what);
        put(file, "");
        const { lstatSync } = Deno;
        try {
          Deno.lstatSync = (path) => {
            const info = lstatSync(path);
            return path === file ? { ...info, [field]: (info[field] ?? 0) + 1 } : info;
          };
          assert.match(refused(places).join(), /changed while it was read; try again/);
        } finally {
          Deno.lstatSync = lstatSync;
        }
      }));
  }
}

Deno.test("loadPolicy() takes a file of the largest size, and no byte more, also when it grows meanwhile", () =>
  withPlaces((places) => {
    const file = join(places.system, "policy.toml");
    put(file, "#".repeat(262_144));
    assert.ok(loadPolicy(places).ok);
    put(file, "#".repeat(262_145));
    assert.match(refused(places).join(), /is larger than 262144 bytes/);
    const { lstatSync } = Deno;
    try {
      Deno.lstatSync = (path) => ({ ...lstatSync(path), size: 1 });
      assert.match(refused(places).join(), /is larger than 262144 bytes/);
    } finally {
      Deno.lstatSync = lstatSync;
    }
  }));

Deno.test("loadPolicy() takes 64 files of policy.d", () =>
  withPlaces((places) => {
    for (let n = 0; n < 64; n++) put(join(places.system, `policy.d/${n}.toml`), "");
    assert.ok(loadPolicy(places).ok);
  }));

for (const bit of [0o020, 0o002]) {
  Deno.test(`loadPolicy() refuses each file and folder that has the mode bit ${bit.toString(8)}`, () =>
    withPlaces((places) => {
      const { base, config, policyFile } = placesOf(places.home);
      put(join(places.system, "policy.toml"), "");
      put(join(places.system, "policy.d/a.toml"), "");
      put(policyFile, "");
      for (
        const path of ["", "policy.toml", "policy.d", "policy.d/a.toml"].map((name) =>
          join(places.system, name)
        ).concat(config, policyFile)
      ) {
        assert.ok(loadPolicy(places).ok);
        const mode = (Deno.statSync(path).mode ?? 0) & 0o777;
        Deno.chmodSync(path, mode | bit);
        assert.match(refused(places).join(), /can be written by others/, path);
        Deno.chmodSync(path, mode);
      }
      // Who owns the folder decides, and not who may write above it.
      Deno.chmodSync(base, 0o777);
      assert.ok(loadPolicy(places).ok);
    }));
}

Deno.test("loadPolicy() refuses files that others could have written", async (t) => {
  const cases: [name: string, prepare: (places: SettingsPlaces) => void, expected: RegExp][] = [
    [
      "group-writable organisation file",
      ({ system }) => put(join(system, "policy.toml"), "", 0o664),
      /etc\/policy\.toml: can be written by others; run chmod go-w/,
    ],
    [
      "world-writable person's file",
      ({ home }) => put(placesOf(home).policyFile, "", 0o606),
      /config\/policy\.toml: can be written by others/,
    ],
    [
      "group-writable organisation folder",
      ({ system }) => {
        put(join(system, "policy.toml"), "");
        Deno.chmodSync(system, 0o775);
      },
      /etc: can be written by others/,
    ],
    [
      "group-writable policy.d",
      ({ system }) => {
        put(join(system, "policy.d/a.toml"), "");
        Deno.chmodSync(join(system, "policy.d"), 0o777);
      },
      /policy\.d: can be written by others/,
    ],
    [
      "world-writable configuration folder",
      ({ home }) => {
        put(placesOf(home).policyFile, "");
        Deno.chmodSync(placesOf(home).config, 0o777);
      },
      /config: can be written by others/,
    ],
    [
      "a link for a file",
      ({ system, home }) => {
        put(join(home, "elsewhere.toml"), "");
        Deno.mkdirSync(system);
        Deno.symlinkSync(join(home, "elsewhere.toml"), join(system, "policy.toml"));
      },
      /must be a plain file, not a link/,
    ],
    [
      "a dangling link for a file",
      ({ home }) => {
        Deno.mkdirSync(placesOf(home).config, { recursive: true });
        Deno.symlinkSync("nowhere", placesOf(home).policyFile);
      },
      /must be a plain file, not a link/,
    ],
    [
      "a link for a folder",
      ({ home }) => {
        Deno.mkdirSync(join(home, "dotfiles"));
        Deno.mkdirSync(placesOf(home).base);
        Deno.symlinkSync(join(home, "dotfiles"), placesOf(home).config);
      },
      /config: must be a folder itself, not a link/,
    ],
    [
      "a folder for a file",
      ({ system }) => Deno.mkdirSync(join(system, "policy.toml"), { recursive: true }),
      /must be a plain file/,
    ],
    [
      "bytes that are no text",
      ({ system }) => put(join(system, "policy.toml"), new Uint8Array([0xff])),
      /not UTF-8/,
    ],
    [
      "a file that is too large",
      ({ system }) => put(join(system, "policy.toml"), "#".repeat(300_000)),
      /is larger than 262144 bytes/,
    ],
    [
      "too many files",
      ({ system }) => {
        for (let n = 0; n < 65; n++) put(join(system, `policy.d/${n}.toml`), "");
      },
      /holds 65 files; kato reads at most 64/,
    ],
  ];
  for (const [name, prepare, expected] of cases) {
    await t.step(name, () =>
      withPlaces((places) => {
        prepare(places);
        const errors = refused(places);
        assert.equal(errors.length, 1);
        assert.match(errors[0] ?? "", expected);
        // What every person has in common is read with the same care.
        const organisation = loadOrganisation(places);
        const own = organisation.ok ? [] : organisation.errors.map(formatSettingsError);
        assert.deepEqual(own, errors.filter((error) => error.startsWith(places.system)));
      }));
  }
});

Deno.test("loadPolicy() refuses files of another owner", () =>
  withPlaces((places) => {
    put(join(places.system, "policy.toml"), "");
    put(placesOf(places.home).policyFile, "");
    const errors = refused({ ...places, uid: places.uid + 1, administrator: places.administrator + 2 });
    assert.deepEqual(errors, [
      `${places.system}: belongs to user ${places.uid}, not to user ${places.uid + 2}`,
      `${placesOf(places.home).config}: belongs to user ${places.uid}, not to user ${places.uid + 1}`,
    ]);
  }));

Deno.test("loadPolicy() takes a byte-order mark and CRLF", () =>
  withPlaces((places) => {
    put(join(places.system, "policy.toml"), "\ufeff[destinations]\r\nmax_file_mb = 5\r\n");
    const result = loadPolicy(places);
    assert.ok(result.ok);
    assert.equal(result.effective.policy.destinations.max_file_mb, 5);
  }));

Deno.test("loadConfig() reads one file under the same care", () =>
  withPlaces((places) => {
    const { configFile } = placesOf(places.home);
    put(configFile, "[render]\nthinking = true\n", 0o600);
    const read = loadConfig(places);
    assert.ok(read.ok && read.config.render.thinking);
    Deno.chmodSync(configFile, 0o666);
    assert.ok(!loadConfig(places).ok);
  }));

Deno.test("readOwnPolicy() gives the person's text, null without a file, and errors under the same care", () =>
  withPlaces((places) => {
    const { policyFile } = placesOf(places.home);
    assert.deepEqual(readOwnPolicy(places), { text: null });
    put(policyFile, "# mine\n");
    assert.deepEqual(readOwnPolicy(places), { text: "# mine\n" });
    Deno.chmodSync(policyFile, 0o666);
    const read = readOwnPolicy(places);
    assert.ok("errors" in read && read.errors.length === 1);
    assert.match(read.errors[0]?.message ?? "", /can be written by others/);
  }));

Deno.test("loadPolicy() fails closed where reading is not permitted", async () => {
  await withPlaces(async (places) => {
    const code = `
      import { loadPolicy } from ${
      JSON.stringify(new URL("../../src/settings/policy_files.ts", import.meta.url).href)
    };
      const result = loadPolicy(${JSON.stringify(places)});
      console.log(JSON.stringify(result.ok ? "loaded" : result.errors.map((error) => error.message)));
    `;
    put(join(places.system, "policy.toml"), "");
    const script = join(places.home, "script.ts");
    put(script, code);
    const source = new URL("../../", import.meta.url).pathname;
    const run = (read: string[]) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-prompt",
          "--config",
          join(source, "deno.json"),
          `--allow-read=${read}`,
          script,
        ],
      }).output();
    const needed = [source, places.system, placesOf(places.home).config, script];
    assert.equal(new TextDecoder().decode((await run(needed)).stdout).trim(), '"loaded"');
    const { stdout } = await run(needed.filter((path) => path !== places.system));
    assert.match(new TextDecoder().decode(stdout), /cannot be read/);
  });
});
