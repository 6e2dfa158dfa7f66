/** The parts of a message that are neither texts nor calls nor results: images, files and unknown ones. Pure. */
import { imageNotice, type LoggedImage, type NoticeKind } from "../../protocol/event.ts";
import { readOtherParts } from "../model_parts.ts";
import type { RecordEvents } from "../record_events.ts";
import type { Row } from "../unknown_value.ts";

export function readOthers(parts: readonly Row[], { add, addNotice, addUnknown }: RecordEvents): void {
  const taken = {
    addNotice: (kind: NoticeKind, text: string) => addNotice(kind, text),
    addImage: (image: LoggedImage) => add(imageNotice(image)),
    addUnknown,
  };
  readOtherParts(parts, "", taken, "qwen");
}
