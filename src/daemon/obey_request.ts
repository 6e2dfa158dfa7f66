/** Gives each request of the spool to the part that obeys it. */
import type { Answer, AnyRequest } from "../protocol/request.ts";
import { type CleaningOptions, obeyClean } from "./clean.ts";
import { type ForgettingOptions, obeyForget } from "./forget.ts";
import type { RequestedCommands } from "./requested_commands.ts";

export type RequestOptions = ForgettingOptions & CleaningOptions & Pick<RequestedCommands, "obey">;

export function obeyRequest(options: RequestOptions, request: AnyRequest): Promise<Answer> {
  if (request.verb === "clean") return obeyClean(options, request);
  const { verb } = request;
  return verb === "forget" ? obeyForget(options, request) : options.obey({ ...request, verb });
}
