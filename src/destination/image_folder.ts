/** The folder for the images of a recording: beside its file, named after it. Pure. */

export const IMAGE_FOLDER_END = ".assets";

/** `/notes/plan.md`: `/notes/plan.assets` */
export function imageFolderOf(destination: string): string {
  return destination.replace(/\.[^./]+$/, "") + IMAGE_FOLDER_END;
}
