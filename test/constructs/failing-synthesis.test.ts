import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Annotations } from "cdktf";
import { DataSize } from "virtuned";
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
