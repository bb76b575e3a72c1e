import { type TerraformStack, Testing } from "cdktf";
import type { IConstruct } from "constructs";

// biome-ignore lint/suspicious/noExplicitAny: a synthesised document is whatever the resources say
export type Attributes = Record<string, any>;

/** A synthesised stack, without cdktf's metadata. */
export class Synthesis {
  public readonly document: Attributes;

  public constructor(stack: TerraformStack) {
    stack.prepareStack();
    this.document = JSON.parse(Testing.synth(stack, true));
    // Where the state is kept depends on the folder that the program is run in.
    delete this.document.terraform.backend;
  }

  /** Resources of a type by their names. */
  public all(type: string): Record<string, Attributes> {
    return this.document.resource?.[type] ?? {};
  }

  /** The one resource of a type, or the one whose name has a part in it. */
  public one(type: string, part = ""): Attributes {
    const found = Object.keys(this.all(type)).filter((name) => name.includes(part));
    if (found.length !== 1) {
      throw new Error(`${found.length} of ${type} have "${part}" in their names: ${Object.keys(this.all(type))}`);
    }
    return this.all(type)[found[0]!]!;
  }

  /** Names of all resources, with their types. */
  public get names(): string[] {
    return Object.entries(this.document.resource ?? {})
      .flatMap(([type, byName]) => Object.keys(byName as object).map((name) => `${type}.${name}`))
      .sort();
  }
}

/** Paths of all constructs below one: a change of any of them makes Terraform replace what is there. */
export function treeOf(root: IConstruct): string[] {
  return root.node
    .findAll()
    .map((construct) => construct.node.path)
    .filter((path) => path !== "");
}

/** Warnings below a construct, each after the path that it is about. */
export function warningsOf(root: IConstruct): string[] {
  return root.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata.filter(({ type }) => type === "@cdktf/warn").map(({ data }) => `${node.path}: ${data}`),
    );
}
