/** Writes measured figures into docs/performance.md. */

const DOCUMENT = new URL("../docs/performance.md", import.meta.url);

/** Replaces what stands between these two lines. */
export async function writeBetween(first: string, last: string, text: string): Promise<void> {
  const document = await Deno.readTextFile(DOCUMENT);
  const begin = document.indexOf(first);
  const end = document.indexOf(last);
  if (begin < 0 || end < begin) throw new Error(`no place for the figures in ${DOCUMENT.pathname}`);
  await Deno.writeTextFile(
    DOCUMENT,
    document.slice(0, begin + first.length) + `\n${text}\n` + (text.endsWith("\n") ? "" : "\n") +
      document.slice(end),
  );
}
