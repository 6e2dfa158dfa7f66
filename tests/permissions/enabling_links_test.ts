import assert from "node:assert/strict";
import { enablingLinks } from "../../src/permissions/enabling_links.ts";

for (const root of ["", "/srv/image"]) {
  for (const uid of [0, 999, 1000, 1001, Infinity]) {
    const who = uid < 1000 ? "an account of a service" : "a person";
    Deno.test(`enablingLinks() of ${who} (${uid}) below ${root || "/"}`, () => {
      assert.deepEqual(enablingLinks({ home: "/home/ada", uid, name: "ada" }, root), {
        system: `${root}/etc/systemd/system/multi-user.target.wants/kato@ada.service`,
        user: [
          "/home/ada/.config/systemd/user/default.target.wants/kato.service",
          ...uid < 1000 ? [] : [
            `${root}/etc/systemd/user/default.target.wants/kato.service`,
            `${root}/usr/lib/systemd/user/default.target.wants/kato.service`,
          ],
        ],
        mask: "/home/ada/.config/systemd/user/kato.service",
      });
    });
  }
}
