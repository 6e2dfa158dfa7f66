/** A fresh Debian takes kato from a release's repository by its key, and nothing that somebody put in its place. */
import assert from "node:assert/strict";
import { VERSION } from "../../src/version.ts";
import { must, onDebian, otherKey, test, trial } from "./trial.ts";

const SERVED = `${trial.root}/srv/kato`;
const DIST = `${SERVED}/dists/stable`;
const SOURCE = "deb [signed-by=/etc/apt/keyrings/kato.asc] file:/srv/kato stable main";
const TAKE = "apt-get update -q && apt-get install -y -q kato && kato version";
const SIGN =
  "rm -f InRelease Release.gpg && gpg --batch --yes --quiet --clearsign --output InRelease Release";

/** As if nothing had been taken from any repository yet. */
async function serve(key = `${trial.folder}/packages.asc`): Promise<void> {
  await onDebian("apt-get purge -y -q kato; rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb");
  await must("/", `rm -rf '${SERVED}' && cp -r '${trial.folder}/apt' '${SERVED}'`);
  Deno.mkdirSync(`${trial.root}/etc/apt/keyrings`, { recursive: true });
  Deno.copyFileSync(key, `${trial.root}/etc/apt/keyrings/kato.asc`);
  Deno.writeTextFileSync(`${trial.root}/etc/apt/sources.list`, `${SOURCE}\n`);
}

function isInstalled(): boolean {
  try {
    return Deno.statSync(`${trial.root}/usr/bin/kato`).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

test("a fresh Debian installs kato from the repository, by its key", async () => {
  await serve();
  const { code, out } = await onDebian(TAKE);
  assert.equal(code, 0, out);
  assert.match(out, /^kato \d+\.\d+\.\d+ \(commit [0-9a-f]{12}, Deno /m);
});

const ATTACKS: readonly (readonly [what: string, lines: string, why: RegExp])[] = [
  [
    "a changed package",
    `printf x >> $(find ${SERVED}/pool -name '*.deb')`,
    /Hash Sum mismatch|unexpected size/,
  ],
  [
    "changed metadata",
    `sed -i 's/^Size: .*/Size: 1/' ${DIST}/main/binary-*/Packages && gzip -kf ${DIST}/main/binary-*/Packages`,
    /Hash Sum mismatch|unexpected size/,
  ],
  [
    "a changed index",
    `sed -i 's/^Suite: .*/Suite: other/' ${DIST}/InRelease && rm ${DIST}/Release*`,
    /BADSIG/,
  ],
  ["an index without a signature", `rm ${DIST}/InRelease ${DIST}/Release.gpg`, /is not signed/],
  [
    "an index that has expired",
    `cd ${DIST} && sed -i 's/^Valid-Until: .*/Valid-Until: Mon, 01 Jan 2024 00:00:00 UTC/' Release && ${SIGN}`,
    /expired/,
  ],
];

for (const [what, lines, why] of ATTACKS) {
  test(`${what} is refused`, async () => {
    await serve();
    await must("/", lines);
    const { code, out } = await onDebian(TAKE);
    assert.notEqual(code, 0, out);
    assert.match(out, why);
    assert.equal(isInstalled(), false);
  });
}

test("what another key signed is refused", async () => {
  await serve(await otherKey());
  const { code, out } = await onDebian(TAKE);
  assert.notEqual(code, 0, out);
  assert.match(out, /NO_PUBKEY/);
  assert.equal(isInstalled(), false);
});

test("an old index does not take the place of a newer one", async () => {
  await serve();
  assert.equal((await onDebian("apt-get update -q")).code, 0);
  // The old one is right in itself: a smaller version, an earlier date, the same key.
  const older = "s/^Version: .*/Version: 0.0.1-1/";
  await must(
    "/",
    `sed -i '${older}' ${DIST}/main/binary-*/Packages && gzip -kf ${DIST}/main/binary-*/Packages`,
  );
  const options = "-o APT::FTPArchive::Release::Suite=stable -o APT::FTPArchive::Release::Codename=stable";
  const date = "-o 'APT::FTPArchive::Release::Date=Mon, 01 Jan 2024 00:00:00 UTC'";
  await must(
    SERVED,
    `apt-ftparchive ${options} ${date} release dists/stable > new && mv new dists/stable/Release`,
  );
  await must(DIST, SIGN);
  await onDebian("apt-get update -q");
  const { out } = await onDebian("apt-cache policy kato");
  assert.match(out, new RegExp(`Candidate: ${VERSION}-1`));
  assert.doesNotMatch(out, /0\.0\.1-1/);
});
