import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Annotations } from "cdktf";
import { DataSize, TunedStack } from "virtuned";
import { LibvirtProgram } from "../support/libvirt";

/** A program that would be written. */
function program() {
  const lab = new LibvirtProgram();
  const vm = lab.vm("vm");
  return { lab, vm, written: () => readdirSync(lab.app.outdir, { recursive: true, encoding: "utf8" }) };
}

test("a program that is right is written", () => {
  const { lab, written } = program();
  lab.app.synth();
  expect(written()).toEqual(expect.arrayContaining(["manifest.json", join("stacks", "prod", "cdk.tf.json")]));
});

test("where a construct refuses, nothing is written", () => {
  const { lab, vm, written } = program();
  expect(() => {
    vm.addDisk("data", { pool: lab.pool("storage"), tier: "performance", size: DataSize.bytes(1) });
    lab.app.synth();
  }).toThrow("prod/vm/data: the size in MiB is not a whole number");
  expect(written()).toEqual(["stacks"]);
});

test("where an annotation says that something is wrong, neither the stack nor its explanation is written", () => {
  const { lab, vm } = program();
  Annotations.of(vm).addError("not like this");
  expect(() => lab.app.synth()).toThrow("[prod/vm] not like this");
  const files = ["cdk.tf.json", "explanation.json"].map((file) => join(lab.app.outdir, "stacks", "prod", file));
  expect(files.map((file) => existsSync(file))).toEqual([false, false]);
});

test("where a validation fails, nothing of the stack is written", () => {
  const { lab, vm, written } = program();
  vm.node.addValidation({ validate: () => ["not like this"] });
  expect(() => lab.app.synth()).toThrow("[prod/vm] not like this");
  expect(written()).toEqual(["stacks"]);
});

describe("where the second of two stacks fails", () => {
  const failing = () => {
    const made = program();
    new TunedStack(made.lab.app, "later").node.addValidation({ validate: () => ["not like this"] });
    return made;
  };

  test("the first is not written", () => {
    const { lab, written } = failing();
    expect(() => lab.app.synth()).toThrow("[later] not like this");
    expect(written()).toEqual(["stacks"]);
  });

  test("what was there before stays as it was", () => {
    const { lab, written } = failing();
    const before = join(lab.app.outdir, "manifest.json");
    writeFileSync(before, "before");
    expect(() => lab.app.synth()).toThrow("[later] not like this");
    expect(readFileSync(before, "utf8")).toBe("before");
    expect(written()).toEqual(["manifest.json", "stacks"]);
  });
});

test("files of Terraform in the output folder stay, and a second synthesis takes the place of the first", () => {
  const { lab, vm } = program();
  lab.app.synth();
  const [state, stack] = ["terraform.tfstate", "cdk.tf.json"].map((file) =>
    join(lab.app.outdir, "stacks", "prod", file),
  );
  writeFileSync(state!, "{}");
  const first = readFileSync(stack!, "utf8");
  vm.addDisk("data", { pool: lab.pool("more"), tier: "performance", size: DataSize.gibibytes(1) });
  lab.app.synth();
  expect(existsSync(state!)).toBe(true);
  expect(readFileSync(stack!, "utf8")).not.toBe(first);
});
