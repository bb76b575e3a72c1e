/**
 * What Terraform has to be given for text to arrive as it is written: `${` and `%{` mean something to it, and are doubled; those of
 * references to variables and resources stay.
 */
export function asWritten(text: string): string {
  return text.replace(/([$%])\{(?!TfToken\[)/g, "$1$1{");
}
