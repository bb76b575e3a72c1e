/** How Terraform's names are written in TypeScript. These are the rules of cdktf's own generator, so that code for either fits both. */

/** Names that cdktf's generator does not use for a property because a language it supports, or its base class, has taken them. */
const TAKEN: Readonly<Record<string, string>> = {
  build: "buildAttribute",
  equals: "equalTo",
  importFrom: "importFromAttribute",
  moveTo: "moveToAttribute",
  node: "nodeAttribute",
  self: "selfAttribute",
  software: "softwareAttribute",
  system: "systemAttribute",
  tfResourceType: "tfResourceTypeAttribute",
};

const upper = (text: string): string => text.toUpperCase();

/** `io_thread_pin` as `ioThreadPin`; a letter after a digit becomes a capital, too: `vepa8021qbg` as `vepa8021Qbg`. */
export function camelCase(terraformName: string): string {
  return terraformName.replace(/_+(\w)/g, (_, letter: string) => upper(letter)).replace(/\d+[a-z]/g, upper);
}

/** `backing_store` as `BackingStore`. */
export function pascalCase(terraformName: string): string {
  const name = camelCase(terraformName);
  return upper(name.charAt(0)) + name.slice(1);
}

/** The property that stands for a Terraform attribute in configs and classes. */
export function propertyName(attribute: string): string {
  const name = camelCase(attribute);
  return TAKEN[name] ?? name.replace(/^get(?=[A-Za-z])/, "fetch");
}
