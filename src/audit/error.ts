/** The errors of the audit log. Pure. */

/** The audit log cannot be opened or appended to. Its catcher reports the message and lets nothing take effect. */
export class AuditLogError extends Error {
  override readonly name = "AuditLogError";

  /** @param refused The file is not kato's own any more. A person must look at it; a second try cannot help. */
  constructor(message: string, readonly refused: boolean, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The entry at the log's path is not a file that kato may trust. */
export class OddFile extends Error {}
