/** Reads the runner's report (JUnit's XML): the tests that passed, each as the runner's list of failures would name it. Pure. */

const TEST =
  /<testcase name="([^"]*)" classname="([^"]*)" time="[^"]*" line="(\d+)" col="(\d+)">\s*<(\/testcase|\w+)/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

export function passedTests(report: string): ReadonlySet<string> {
  const passed = [...report.matchAll(TEST)].filter(([, , , , , next]) => next === "/testcase");
  return new Set(
    passed.map(([, name = "", file = "", line, column]) =>
      `${textOf(name).replaceAll(" > ", " ... ")} => ${textOf(file)}:${line}:${column}`
    ),
  );
}

function textOf(escaped: string): string {
  return escaped.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
