/** The id of a client, as messages and files have it. */
import * as z from "zod/mini";
import { PROVIDERS } from "./closed_sets.ts";

export const providerId = z.enum(PROVIDERS);
