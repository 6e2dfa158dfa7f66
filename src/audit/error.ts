/** Why the security log could not be opened or appended to. Room: system; no authority, pure. */

/** Nothing takes effect without a record: whoever catches it does nothing else, and says this. */
export class AuditLogError extends Error {
  override readonly name = "AuditLogError";

  /** @param refused It is not kato's own file as it stands: somebody has to look at it, and trying again helps nobody. */
  constructor(message: string, readonly refused: boolean, options?: ErrorOptions) {
    super(message, options);
  }
}

/** What stands where the log should be is not a file that kato may trust. */
export class OddFile extends Error {}
