/** The units as files: they agree with the permission matrix, with the exit statuses, and with each other. */
import assert from "node:assert/strict";
import { EXIT } from "../../src/cli/exit_status.ts";
import {
  EXPECTED,
  EXPECTED_OF_NAMESPACES,
  missingProperties,
  readService,
} from "../../src/cli/doctor/unit_file.ts";
import { findClientRoots } from "../../src/cli/planning/load_settings.ts";
import { mergePolicy } from "../../src/settings/merge.ts";
import { plan } from "../../src/permissions/plan.ts";

const FOLDER = new URL("../../packaging/systemd/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, FOLDER));

const HOME = "/home/ada";
const SYSTEM = "/etc/kato";
const CODE = "/usr/lib/kato";

/** Words of a setting, the home in place of its specifiers, the marks of what need not be there gone. */
function words(settings: ReadonlyMap<string, string>, key: string): string[] {
  return (settings.get(key) ?? "").split(/\s+/).filter((word) => word !== "")
    .map((word) => word.replace(/^-/, "").replaceAll("%h", HOME).replaceAll("%i", "ada"));
}

/** What the daemon and its roles may touch under the default policy. */
function defaultGrants(): { readonly reads: readonly string[]; readonly writes: readonly string[] } {
  const merged = mergePolicy([], HOME);
  assert.ok(merged.ok);
  const clientRoots = findClientRoots({ home: HOME, variables: () => ({}) });
  const { roles } = plan({ profile: "daemon" }, merged.effective, {
    home: HOME,
    system: SYSTEM,
    code: [CODE],
    clientRoots,
    clientVariables: [],
    besides: [],
    nearestFolder: null,
    hasUnit: false,
    realPaths: {},
  });
  const paths = (kinds: readonly string[]) =>
    [
      ...new Set(roles.flatMap(({ grants }) =>
        grants.flatMap((grant) => "path" in grant && kinds.includes(grant.grant) ? [grant.path] : [])
      )),
    ].sort();
  const writes = paths(["write"]);
  return { reads: paths(["read", "list"]).filter((path) => !writes.includes(path)), writes };
}

for (const name of ["kato.service", "kato@.service"]) {
  const settings = readService([read(name)]);
  const { reads, writes } = defaultGrants();

  Deno.test(`${name} binds what the plan of the default policy grants, with that access, and nothing else`, () => {
    assert.deepEqual(words(settings, "BindPaths").sort(), writes);
    const visible = [SYSTEM, CODE, "/etc/machine-id"]; // below / and no part of what is hidden, for everybody to read
    assert.deepEqual(
      words(settings, "BindReadOnlyPaths").sort(),
      reads.filter((path) => !visible.includes(path)),
    );
    assert.equal(settings.get("ReadWritePaths"), undefined);
    assert.equal(settings.get("ProtectSystem"), "strict");
    const hidden = words(settings, "TemporaryFileSystem");
    assert.ok(hidden.every((word) => /:ro(?:,|$)/.test(word)), "what is hidden cannot be written either");
    for (const path of [HOME, "/home", "/run", "/var", "/tmp", "/dev/shm"]) {
      assert.ok(hidden.some((word) => word.split(":")[0] === path), path);
    }
  });

  Deno.test(`${name} lets nothing be executed of what it binds`, () => {
    const bound = [...words(settings, "BindPaths"), ...words(settings, "BindReadOnlyPaths")];
    assert.deepEqual(words(settings, "NoExecPaths").sort(), ["/", ...bound].sort());
    const programs = words(settings, "ExecPaths");
    assert.ok(programs.includes("/usr/bin/kato") && programs.includes(`${CODE}/deno`));
    assert.ok(programs.every((path) => path.startsWith("/usr/") || path.startsWith("/lib")));
  });

  Deno.test(`${name} starts again exactly when that helps`, () => {
    const never = words(settings, "RestartPreventExitStatus");
    const { usage, denied, refused, restart } = EXIT;
    const isTemplate = name === "kato@.service";
    // What ends the template may be its person's doing, and that must end nothing for good.
    assert.deepEqual(
      never,
      // Of systemd's own statuses those that say that there is no boundary here.
      isTemplate ? [] : [...[usage, denied, refused].map(String), "USER", "NAMESPACE", "CAPABILITIES"],
    );
    assert.deepEqual(words(settings, "RestartForceExitStatus"), [String(restart)]);
    assert.deepEqual(words(settings, "SuccessExitStatus"), [String(restart)]);
    assert.equal(settings.get("Restart"), isTemplate ? "always" : "on-failure");
    assert.match(
      read(name),
      isTemplate ? /^StartLimitIntervalSec=0$/m : /^StartLimitIntervalSec=10min\nStartLimitBurst=20$/m,
    );
  });

  Deno.test(`${name} has every property that kato doctor looks for`, () => {
    assert.deepEqual(missingProperties(settings, EXPECTED), []);
    assert.deepEqual(missingProperties(settings, EXPECTED_OF_NAMESPACES), []);
  });

  Deno.test(`${name} refuses to start without its boundary, by three properties`, () => {
    assert.equal(settings.get("PrivateUsers"), "yes");
    assert.equal(settings.get("CapabilityBoundingSet"), "");
    assert.ok(words(settings, "TemporaryFileSystem").length > 0);
  });

  Deno.test(`${name} runs what is installed, and opens no way to be talked to`, () => {
    assert.equal(settings.get("ExecStart"), "/usr/bin/kato daemon");
    assert.equal(settings.get("Type"), "exec");
    assert.ok(!/Socket=|NotifyAccess|WatchdogSec|StandardInput/.test(read(name)));
  });
}

const WAIT = /^Wants=kato-client@(.*)\.path$/;

Deno.test("kato.service waits for exactly the clients' folders, which need not be there to be bound", () => {
  const waited = read("kato.service").split("\n").flatMap((line) => WAIT.exec(line)?.[1] ?? []);
  const unescaped = waited.map((instance) =>
    `-%h/${
      instance.replaceAll("-", "/").replace(
        /\\x([0-9a-f]{2})/g,
        (_, byte: string) => String.fromCharCode(parseInt(byte, 16)),
      )
    }`
  );
  const bound = readService([read("kato.service")]).get("BindReadOnlyPaths")?.split(/\s+/) ?? [];
  assert.deepEqual(unescaped, bound.filter((path) => !path.includes("/.kato/")));
  const path = read("kato-client@.path");
  assert.match(path, /^ConditionPathExists=!%h\/%I$/m);
  assert.match(path, /^PathExists=%h\/%I$/m);
});

/** A unit's lines without its comments and waits, the home's name in place of both ways to say it. */
function lines(name: string): string[] {
  return read(name).split("\n").filter((line) => !line.startsWith("#") && !WAIT.test(line))
    .map((line) => line.replaceAll("%h", "HOME").replaceAll("/home/%i", "HOME"));
}

Deno.test("the template differs from the person's unit in nothing but where it belongs", () => {
  const [own, template] = [lines("kato.service"), lines("kato@.service")];
  assert.deepEqual(own.filter((line) => !template.includes(line)), [
    "Description=Record conversations with coding agents as Markdown",
    "Requires=kato-setup.service",
    "After=kato-setup.service",
    "ConditionUser=!@system",
    "OnFailure=kato-failed.service",
    "StartLimitIntervalSec=10min",
    "StartLimitBurst=20",
    "Restart=on-failure",
    "RestartSec=2s",
    "RestartPreventExitStatus=64 77 78 USER NAMESPACE CAPABILITIES",
    "WantedBy=default.target",
  ]);
  assert.deepEqual(template.filter((line) => !own.includes(line)), [
    "Description=Record conversations of %i with coding agents as Markdown",
    "Wants=kato-setup@%i.service",
    "After=kato-setup@%i.service",
    "StartLimitIntervalSec=0",
    "User=%i",
    "Restart=always",
    "RestartSec=10s",
    "WantedBy=multi-user.target",
  ]);
});

for (const [name, home] of [["kato-setup.service", "%h"], ["kato-setup@.service", "${HOME}"]] as const) {
  const isTemplate = name.includes("@");
  Deno.test(`${name} makes every folder that has to be bound, for its person alone`, () => {
    const text = read(name);
    const made = [...text.matchAll(/^ExecStart=-\/usr\/bin\/mkdir -p -m 0700 (.*)$/gm)]
      .flatMap(([, paths = ""]) => paths.split(" ")).map((path) => path.replace(home, HOME));
    const { reads, writes } = defaultGrants();
    // The person's manager waits for those of clients; the system's must not look into a home.
    const bound = [...reads, ...writes].filter((path) =>
      path.startsWith(isTemplate ? HOME : `${HOME}/.kato/`)
    );
    assert.deepEqual(bound.filter((path) => !made.includes(path)), []);
    assert.deepEqual(made.filter((path) => !bound.includes(path)), [`${HOME}/.kato`]);
    assert.match(text, /^UMask=0077$/m);
    // In a shell's text the name of the variable comes as it is.
    const looked = /^ExecStart=.* in (.*); do/m.exec(text)?.[1]?.replaceAll("$$HOME", home).split(" ")
      .map((path) => path.replace(home, HOME));
    assert.deepEqual(looked, made.filter((path) => path.includes("/.kato")));
    // What the names in a home lead to is the person's to say, so it is never looked at by root.
    if (isTemplate) assert.match(text, /^User=%i$/m);
    else assert.match(text, /^ConditionUser=!@system$/m);
  });
}

Deno.test("the fallback takes back all that needs a namespace, and nothing else", () => {
  const strict = readService([read("kato.service")]);
  const weak = readService([read("kato.service"), read("50-no-userns.conf")]);
  assert.deepEqual(missingProperties(weak, EXPECTED), []);
  assert.deepEqual(missingProperties(weak, EXPECTED_OF_NAMESPACES), Object.keys(EXPECTED_OF_NAMESPACES));
  const kept = [
    "Restart",
    "RestartPreventExitStatus",
    "SystemCallFilter",
    "MemoryMax",
    "TasksMax",
    "KeyringMode",
  ];
  for (const key of kept) assert.equal(weak.get(key), strict.get(key), key);
  // A drop-in that kato writes is read after it, and adds what the person's policy names.
  assert.ok("50-no-userns.conf" < "60-kato-folders.conf");
});

Deno.test("the journal and kato doctor name one and the same command for the fallback", async () => {
  const { checkNamespaces, unitPlaces } = await import("../../src/cli/doctor/unit_checks.ts");
  const { NO_KERNEL_FACTS } = await import("../cli/stage/run_line.ts");
  const places = { ...unitPlaces(HOME, []), user: [FOLDER.pathname] };
  const mend = checkNamespaces({ ...NO_KERNEL_FACTS, userNamespaces: false }, places)[0]?.mend ?? "";
  const command = /'([^']+)'/.exec(mend)?.[1] ?? "no command";
  assert.ok(read("kato-failed.service").includes(command), command);
  assert.ok(read("50-no-userns.conf").includes(command.split(" && ")[0] ?? ""));
});

/** One word of a command line as systemd splits it: a quotation ends before a space, or at the end. */
const WORD = /(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s'"]+)(?=\s|$)/y;

/** @returns The rest of `line` that is no whole word: empty where each quotation ends. */
function afterWords(line: string): string {
  let at = 0;
  while (at < line.length) {
    WORD.lastIndex = at;
    const [word] = WORD.exec(line) ?? [];
    if (word === undefined) break;
    at += word.length;
    while (/\s/.test(line[at] ?? "")) at++;
  }
  return line.slice(at);
}

for (const { name } of Deno.readDirSync(FOLDER)) {
  if (!name.endsWith(".service")) continue;
  Deno.test(`each command of ${name} ends its quotations, or systemd would not load the unit`, () => {
    const lines = read(name).replaceAll(/\\\n\s*/g, " ").split("\n");
    const commands = lines.filter((line) => /^Exec\w+=/.test(line)).map((line) => line.replace(/^\w+=/, ""));
    assert.deepEqual(commands.map(afterWords).filter((rest) => rest !== ""), []);
  });
}

for (
  const name of ["kato-setup.service", "kato-setup@.service", "kato-client.service", "kato-client@.path"]
) {
  Deno.test(`${name} has no limit of starts of its own`, () => {
    const [unit = ""] = read(name).split(/^\[(?:Service|Path)\]/m);
    assert.match(unit, /^StartLimitIntervalSec=0$/m);
  });
}
