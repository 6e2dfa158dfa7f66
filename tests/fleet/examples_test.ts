/** The examples for machines that no configuration management reaches, as they are but for names and keys. */
import assert from "node:assert/strict";
import { place } from "../booted/machine.ts";
import {
  asRoot,
  EXAMPLES,
  host,
  keys,
  machine,
  newer,
  older,
  onMachine,
  textOf,
  tryAsRoot,
  withTools,
} from "./fleet.ts";

const POLICY = "/etc/kato/policy.d/50-organisation.toml";
const WRITTEN = [
  POLICY,
  "/etc/apt/sources.list.d/kato.sources",
  "/etc/apt/preferences.d/kato",
  "/etc/apt/keyrings/kato.asc",
];
const RIGHT = 'enforce = ["destinations.cli_export"]\ndestinations.cli_export = "roots"\n';

withTools("the script passes shellcheck", async () => {
  const { code, out } = await host("shellcheck", [`${EXAMPLES}/install-kato.sh`]);
  assert.equal(code, 0, out);
});

/** The machine as a script finds it: without kato. */
async function begin(): Promise<void> {
  await asRoot(
    `systemctl --global disable kato.service; apt-get purge -y -q kato; rm -f ${WRITTEN.join(" ")}`,
  );
  for (const path of WRITTEN) assert.equal(textOf(path), null, path);
  place(machine, "root", "/root/install-kato.sh", Deno.readTextFileSync(`${EXAMPLES}/install-kato.sh`));
  place(machine, "root", "/root/kato.asc", Deno.readTextFileSync(keys.good));
  place(machine, "root", "/root/other.asc", Deno.readTextFileSync(keys.other));
  place(machine, "root", "/root/right.toml", RIGHT);
  place(machine, "root", "/root/wrong.toml", RIGHT.replace("cli_export =", "cli_exports ="));
}

const install = (options: string) => tryAsRoot(`sh /root/install-kato.sh ${options}`);
const GOOD = `--repository file:///srv/kato --suite previous --key /root/kato.asc --version ${older}`;

onMachine("the script installs one version with its policy for everybody, and may run again", async () => {
  await begin();
  for (let times = 0; times < 2; times++) {
    const { code, out, err } = await install(`${GOOD} --policy /root/right.toml --enable`);
    assert.equal(code, 0, out + err);
  }
  assert.equal(await asRoot("dpkg-query -W -f '${Version}' kato"), older);
  assert.equal(textOf(POLICY), RIGHT);
  assert.equal(await asRoot(`stat -c '%U:%G %a' ${POLICY}`), "root:root 644\n");
  assert.equal(await asRoot("systemctl --global is-enabled kato.service"), "enabled\n");
});

const FAILURES: readonly (readonly [is: string, options: string, why: RegExp])[] = [
  [
    "a policy that kato refuses",
    `${GOOD} --policy /root/wrong.toml --enable`,
    /did you mean `destinations\.cli_export`/,
  ],
  [
    "a key that did not sign the repository",
    `${GOOD.replace("kato.asc", "other.asc")} --enable`,
    /NO_PUBKEY|Missing key/,
  ],
  [
    "a version that is not there",
    `${GOOD.replace(older, "9.9.9-1")} --enable`,
    /Version '9\.9\.9-1' .*not found/,
  ],
  ["an address that nobody signs for", GOOD.replace("file:///", "http://"), /must be https/],
  ["a version left out", "--repository file:///srv/kato --key /root/kato.asc", /^usage/],
];

for (const [is, options, why] of FAILURES) {
  onMachine(`the script given ${is} fails, and leaves nothing of it behind`, async () => {
    await begin();
    const { code, out, err } = await install(options);
    assert.notEqual(code, 0);
    assert.match(out + err, why);
    for (const path of WRITTEN) assert.equal(textOf(path), null, path);
    assert.notEqual((await tryAsRoot("systemctl --global is-enabled kato.service")).out, "enabled\n");
  });
}

onMachine("the script given a wrong policy later leaves the one that is in place", async () => {
  await begin();
  assert.equal((await install(`${GOOD} --policy /root/right.toml`)).code, 0);
  const before = WRITTEN.map(textOf);
  assert.notEqual((await install(`${GOOD} --policy /root/wrong.toml`)).code, 0);
  assert.deepEqual(WRITTEN.map(textOf), before);
});

/** The example with this repository's address and key in it. */
function userData(): string {
  const key = Deno.readTextFileSync(keys.good).trimEnd().replace(/^/gm, "      ").replace(/ +$/gm, "");
  return Deno.readTextFileSync(`${EXAMPLES}/cloud-init.yaml`)
    .replace(/ +-----BEGIN[\s\S]*END PGP PUBLIC KEY BLOCK-----/, key)
    .replace("https://packages.example.org/kato", "file:///srv/kato")
    .replaceAll("0.2.0-1", newer)
    // The machine has no other.
    .concat("locale: C.UTF-8\n");
}

onMachine(
  "cloud-init finds its example valid, and makes of it a machine with kato for everybody",
  async () => {
    await begin();
    place(machine, "root", "/var/lib/cloud/seed/nocloud/user-data", userData());
    place(machine, "root", "/var/lib/cloud/seed/nocloud/meta-data", "instance-id: kato\n");
    await asRoot("cloud-init schema --config-file /var/lib/cloud/seed/nocloud/user-data");
    try {
      await asRoot("cloud-init init --local && cloud-init init");
      await asRoot("cloud-init modules --mode=config && cloud-init modules --mode=final");
      assert.equal(await asRoot("dpkg-query -W -f '${Version}' kato"), newer);
      assert.match(textOf(POLICY) ?? "", /^enforce = /);
      await asRoot("kato policy check");
      assert.equal(await asRoot("systemctl --global is-enabled kato.service"), "enabled\n");
    } finally {
      await asRoot(
        "systemctl --global disable kato.service; apt-get purge -y -q kato; cloud-init clean; " +
          `rm -rf /var/lib/cloud/seed /etc/apt/sources.list.d/kato.list ${
            WRITTEN.join(" ")
          }; : > /etc/apt/sources.list`,
      );
    }
  },
);
