/** Puts the plot and the figures of a run into the documents. */
import { writeBetween } from "../document.ts";

const PLOT = new URL("../../docs/soak.svg", import.meta.url).pathname;

export async function writeDocument(text: string, svg: string): Promise<void> {
  await Deno.writeTextFile(PLOT, svg);
  await writeBetween("<!-- soak: begin -->\n", "<!-- soak: end -->", text);
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", PLOT] }).output();
  if (!success) throw new Error(`deno fmt ${PLOT} failed`);
}
