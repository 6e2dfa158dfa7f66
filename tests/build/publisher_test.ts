/** Who publishes kato, and what packaging needs: texts and tables. */
import assert from "node:assert/strict";
import { neededFor, sayMissing } from "../../tools/package/needed.ts";
import {
  contactText,
  fillControl,
  fillSpec,
  placeholdersIn,
  readPublisher,
} from "../../tools/package/publisher.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const NOBODY = { name: "N", contact: "a@kato.example", homepage: "https://kato.example" };
const SOMEBODY = { name: "Ada", contact: "security@ada.org", homepage: "https://ada.org/kato" };

Deno.test("placeholdersIn() finds what nobody has set", () => {
  assert.deepEqual(placeholdersIn(NOBODY), ["contact", "homepage"]);
  assert.deepEqual(placeholdersIn({ ...SOMEBODY, homepage: "https://packages.kato.example/x" }), [
    "homepage",
  ]);
  assert.deepEqual(placeholdersIn(SOMEBODY), []);
  readPublisher(ROOT);
});

Deno.test("packages and SECURITY.md name the publisher, and a placeholder says that it is one", () => {
  const control = fillControl("Maintainer: x\nHomepage: y\nDepends: z\n", SOMEBODY);
  assert.equal(control, "Maintainer: Ada <security@ada.org>\nHomepage: https://ada.org/kato\nDepends: z\n");
  assert.equal(fillSpec("Name: kato\nURL: x\n", SOMEBODY), "Name: kato\nURL: https://ada.org/kato\n");
  assert.match(contactText(SOMEBODY), /security@ada\.org/);
  assert.doesNotMatch(contactText(SOMEBODY), /placeholder/);
  assert.match(contactText(NOBODY), /This is a placeholder/);
});

Deno.test("sayMissing() names the programs and the packages that have them, once each", () => {
  assert.equal(sayMissing([]), null);
  const needed = neededFor(
    ["deb", "rpm"],
    ["x64", "arm64"],
    (one) => one === "x64" ? "" : "aarch64-linux-gnu-",
  );
  const programs = needed.map(([program]) => program);
  for (const program of ["dpkg-buildpackage", "dh", "rpmbuild", "cc", "aarch64-linux-gnu-gcc"]) {
    assert.ok(programs.includes(program), program);
  }
  const missing = needed.filter(([program]) => program === "dh" || program === "rpmbuild");
  assert.match(
    sayMissing(missing) ?? "",
    /^not installed: dh, rpmbuild\. On Debian: sudo apt install debhelper rpm /,
  );
});
