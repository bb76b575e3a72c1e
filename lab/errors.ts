/** Something that the person at the keyboard can mend: printed without a stack trace. */
export class LabError extends Error {
  override readonly name = "LabError";
}
