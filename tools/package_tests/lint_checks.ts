/** Runs the distributions' own checkers over the packages and their sources. */
import { filesBelow, SCRIPTS } from "../package/layout.ts";
import { type Check, expect, run, succeed } from "./check.ts";
import type { Package } from "./opened.ts";

export function lintChecks(root: string, packages: readonly Package[]): Check[] {
  const packaging = `${root}/packaging`;
  const pages = filesBelow(`${packaging}/man`).map((page) => `${packaging}/man/${page}`);
  const scripts = filesBelow(`${packaging}/deb`).filter((file) => /^kato\.p(?:re|ost)/.test(file));
  const examples = filesBelow(`${packaging}/examples`).filter((file) => file.endsWith(".sh"));
  return [
    ...packages.map((one) => one.format === "deb" ? lintian(one) : rpmlint(packaging, one)),
    { name: "mandoc finds nothing in the manual pages", needs: ["mandoc"], run: () => lintPages(pages) },
    {
      name: "man formats the manual pages without a warning",
      needs: ["man", "groff"],
      run: async () => {
        for (const page of pages) {
          const { all } = await run([
            "sh",
            "-c",
            `man --warnings --local-file "$1" 2>&1 >/dev/null`,
            "sh",
            page,
          ]);
          expect(all === "", all);
        }
      },
    },
    {
      name: "shellcheck finds nothing in the scripts",
      needs: ["shellcheck"],
      run: async () => {
        await succeed(["shellcheck", "--shell=sh", ...scripts.map((file) => `${packaging}/deb/${file}`)]);
        await succeed([
          "shellcheck",
          "-x",
          `--source-path=${root}`,
          ...Object.keys(SCRIPTS).map((name) => `${packaging}/${name}.sh`),
        ]);
        await succeed(["shellcheck", ...examples.map((file) => `${packaging}/examples/${file}`)]);
        await succeed(["shellcheck", "--shell=bash", `${packaging}/completions/kato.bash`]);
      },
    },
    {
      name: "the AppArmor profile compiles",
      needs: ["apparmor_parser"],
      run: async () =>
        void await succeed([
          "apparmor_parser",
          "--skip-kernel-load",
          "--skip-cache",
          `${packaging}/apparmor/kato`,
        ]),
    },
    ...["cc", "aarch64-linux-gnu-gcc"].map((compiler) => blhc(root, compiler)),
  ];
}

function lintian({ name, path }: Package): Check {
  const line = [
    "lintian",
    "--pedantic",
    "--display-experimental",
    "--display-info",
    "--fail-on",
    "error,warning,info",
  ];
  return { name: `lintian finds nothing in ${name}`, needs: ["lintian"], run: () => silent([...line, path]) };
}

function rpmlint(packaging: string, { name, path }: Package): Check {
  return {
    name: `rpmlint finds nothing in ${name}`,
    needs: ["rpmlint"],
    run: async () => {
      const { code, all } = await run(["rpmlint", "--config", `${packaging}/rpm/rpmlint.toml`, path]);
      expect(code === 0 && all.includes(" 0 errors, 0 warnings"), all);
    },
  };
}

async function silent(line: readonly string[]): Promise<void> {
  const { code, out, all } = await run(line);
  expect(code === 0 && out.trim() === "", all);
}

async function lintPages(pages: readonly string[]): Promise<void> {
  await silent(["mandoc", "-T", "lint", "-W", "warning", ...pages]);
}

/** Whether the launcher is compiled with every flag that Debian hardens programs with. */
function blhc(root: string, compiler: string): Check {
  return {
    name: `blhc finds every hardening flag in the log of ${compiler}`,
    needs: ["blhc", "make", compiler],
    run: async () => {
      const work = Deno.makeTempDirSync({ prefix: "kato-blhc-" });
      try {
        const made = ["make", "--no-print-directory", "-C", `${root}/src/launcher`, `BUILD=${work}`, "kato"];
        const log = await succeed([...made, `CC=${compiler}`]);
        // It reads nothing before this line. The shipped files have no debugging symbols (-g).
        Deno.writeTextFileSync(`${work}/log`, `dpkg-buildpackage: info: source package kato\n${log}`);
        const arch = compiler.startsWith("aarch64") ? ["--arch=arm64"] : [];
        await silent(["blhc", "--all", "--ignore-flag=-g", ...arch, `${work}/log`]);
      } finally {
        Deno.removeSync(work, { recursive: true });
      }
    },
  };
}
