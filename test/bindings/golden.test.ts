import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CASES, loadClasses, synthesise } from "./corpus";

const golden = JSON.parse(readFileSync(join(__dirname, "golden", "cdktf.json"), "utf8"));

const binding = {
  ...loadClasses((module) => require(`@cdktf/provider-libvirt/lib/${module}`)),
  reference: (element: object, path: string) => (element as { ref(path: string): unknown }).ref(path),
};

describe("the bindings synthesise what cdktf's own classes do", () => {
  test.each(CASES)("%s", (name, makeCase) => {
    expect(synthesise(makeCase, binding)).toEqual(golden[name]);
  });

  test("in as many cases as there are", () => {
    expect(Object.keys(golden)).toEqual(CASES.map(([name]) => name));
  });
});
