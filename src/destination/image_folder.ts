/** The folder for the images of a recording: beside its file, named after it. Pure. */

/** `/notes/plan.md`: `/notes/plan.assets` */
export function imageFolderOf(destination: string): string {
  return `${destination.replace(/\.[^./]+$/, "")}.assets`;
}
