/**
 * The arm64 package on a machine of another kind: launcher, plan and runtime, under emulation. The kernel's sandbox is
 * missing: the emulator knows neither Landlock nor system-call filters.
 */
import { hostArchitecture } from "../build/pins.ts";
import { type Check, expect, Missing, run } from "./check.ts";
import type { Package } from "./opened.ts";

/** Of Debian's packages libc6-arm64-cross and libgcc-s1-arm64-cross. */
const LIBRARIES = "/usr/aarch64-linux-gnu/lib";

/**
 * In namespaces of its own, so that no other process of the machine meets the emulator: a kernel from Linux 6.7 has
 * such registrations per user namespace.
 */
const SCRIPT = `
set -e
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || exit 90
printf %s ':kato-arm64:M::\\x7f\\x45\\x4c\\x46\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00:\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:/usr/bin/qemu-aarch64-static:F' \\
  > /proc/sys/fs/binfmt_misc/register || exit 90
mkdir -p "$1/lib" "$1/dev" "$1/proc" "$1/root"
cp -L ${LIBRARIES}/*.so* "$1/lib"
for device in null urandom; do
  touch "$1/dev/$device"
  mount --bind "/dev/$device" "$1/dev/$device"
done
mount --rbind /proc "$1/proc"
HOME=/root chroot "$1" /usr/bin/kato --version
HOME=/root chroot "$1" /usr/bin/kato init
`;

export function emulatedChecks(packages: readonly Package[], work: string): Check[] {
  return packages.filter(({ architecture, format }) =>
    architecture !== hostArchitecture() && format === "deb"
  )
    .filter(({ architecture }) => architecture === "arm64").map((one): Check => ({
      name: `${one.name} plans and runs, under emulation`,
      needs: ["qemu-aarch64-static", "unshare", "chroot"],
      needsRoot: true,
      async run() {
        const root = `${work}/emulated`;
        const opened = await run(["dpkg-deb", "--extract", one.path, root]);
        expect(opened.code === 0, opened.all);
        Deno.chmodSync(root, 0o755);
        const ran = await run([
          "unshare",
          "--user",
          "--map-root-user",
          "--mount",
          "sh",
          "-c",
          SCRIPT,
          "sh",
          root,
        ]);
        if (ran.code === 90) throw new Missing("this kernel lets no namespace have an emulator of its own");
        if (ran.all.includes("planning took more than")) {
          throw new Missing("this machine is too busy for an emulator to plan in time");
        }
        expect(ran.code === 0 && ran.out.startsWith("0.") && ran.out.includes("wrote ~/.kato"), ran.all);
      },
    }));
}
