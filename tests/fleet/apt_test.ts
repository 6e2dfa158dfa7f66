/** With the files that the role wrote, a machine takes from a repository only the packages that its key signed. */
import assert from "node:assert/strict";
import { isThere } from "../booted/machine.ts";
import { asRoot, keys, machine, older, onMachine, tryAsRoot } from "./fleet.ts";
import { BASE, play } from "./play.ts";

const SOURCES = "/etc/apt/sources.list.d/kato.sources";
const TRUSTED = "/etc/apt/keyrings/kato.asc";
const PACKAGES = "dists/previous/main/binary-*/Packages";

interface Attack {
  readonly is: string;
  /** A shell's lines, in a copy of the repository. */
  readonly lines: string;
  /** The key that the machine trusts. */
  readonly key?: string;
  /** In the words of gpgv on Debian 12, and of sqv on Debian 13. */
  readonly why: RegExp;
}

const ATTACKS: readonly Attack[] = [
  {
    is: "whose list of packages was changed",
    lines: `sed -i 's/^Size: .*/Size: 1/' ${PACKAGES} && gzip -kf ${PACKAGES}`,
    why: /Hash Sum mismatch|unexpected size/,
  },
  {
    is: "whose signed index was changed",
    lines: "sed -i 's/^Architectures: .*/& s390x/' dists/previous/InRelease && rm dists/previous/Release*",
    why: /BADSIG|not valid|Message has been manipulated/,
  },
  {
    is: "without a signature",
    lines: "rm dists/previous/InRelease dists/previous/Release.gpg",
    why: /is not signed/,
  },
  { is: "that another key signed", lines: "true", key: keys.other, why: /NO_PUBKEY|Missing key/ },
  {
    is: "whose package was exchanged",
    lines: "for package in pool/main/k/kato/*.deb; do printf x >> $package; done",
    why: /unexpected size|Hash Sum mismatch/,
  },
];

/** As if nothing had been taken from any repository yet. */
async function forget(): Promise<void> {
  await asRoot("apt-get purge -y -q kato; rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb");
  assert.equal(isThere(`${machine.root}/usr/bin/kato`), false);
}

const take = () => tryAsRoot(`apt-get update -q && apt-get install -y -q kato=${older}`);

onMachine("a repository that was tampered with, or that another key signed, is refused", async () => {
  const { ok, out } = await play(BASE);
  assert.ok(ok, out);
  for (const { is, lines, key, why } of ATTACKS) {
    await forget();
    await asRoot(`rm -rf /srv/attacked && cp -r /srv/kato /srv/attacked && cd /srv/attacked && ${lines}`);
    await asRoot(`sed -i 's,^URIs:.*,URIs: file:///srv/attacked,' ${SOURCES}`);
    Deno.copyFileSync(key ?? keys.good, `${machine.root}${TRUSTED}`);
    const taken = await take();
    assert.notEqual(taken.code, 0, `a repository ${is}`);
    assert.match(taken.out + taken.err, why, `a repository ${is}`);
    assert.equal(isThere(`${machine.root}/usr/bin/kato`), false, `a repository ${is}`);
  }
  await forget();
  // The repository itself, by the same files, is taken.
  await asRoot(`sed -i 's,^URIs:.*,URIs: file:///srv/kato,' ${SOURCES}`);
  Deno.copyFileSync(keys.good, `${machine.root}${TRUSTED}`);
  assert.equal((await take()).code, 0);
});

onMachine("a play ends where the repository is refused", async () => {
  await forget();
  const played = await play({ ...BASE, kato_repository_key: keys.other });
  assert.equal(played.ok, false, played.out);
  assert.match(played.out, /Failed to update apt cache/);
  assert.equal(isThere(`${machine.root}/usr/bin/kato`), false);
});

onMachine("nothing but kato, and no other version of it, is taken from the repository", async () => {
  const played = await play(BASE);
  assert.ok(played.ok, played.out);
  // Both versions are there to be had.
  await asRoot(`sed -i 's/^Suites:.*/Suites: stable previous/' ${SOURCES} && apt-get update -q`);
  assert.match(await asRoot("apt-cache policy kato"), new RegExp(`Candidate: ${older}`));
  assert.match(await asRoot("apt-cache policy"), /-1 file:\/srv\/kato stable\/main/);
  await asRoot("apt-get upgrade -y -q");
  assert.equal(await asRoot("dpkg-query -W -f '${Version}' kato"), older);
});
