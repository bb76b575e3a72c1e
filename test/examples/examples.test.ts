import { Explanation } from "virtuned";
import { runExample } from "../support/examples";

const EXAMPLES: [string, string, Record<string, string>][] = [
  ["quickstart", "as it is", {}],
  [
    "quickstart",
    "in a lab",
    {
      LIBVIRT_URI: "qemu:///system?socket=/run/lab.sock",
      ACCELERATOR: "tcg",
      IMAGE: "/srv/guest.qcow2",
      FOLDER: "/srv/lab",
    },
  ],
  ["database-vm", "on libvirt", { PLATFORM: "libvirt" }],
  ["database-vm", "on vSphere", { PLATFORM: "vsphere" }],
  ["large-scale-network", "on both platforms", {}],
  ["database-io", "on libvirt", { PLATFORM: "libvirt" }],
  ["database-io", "on vSphere", { PLATFORM: "vsphere" }],
];

describe.each(EXAMPLES)("%s %s", (name, _, environment) => {
  const { document, explanation, files } = runExample(name, environment);

  test("is synthesised to this", () => expect(document).toMatchSnapshot());

  test("has these files for hosts and switches", () => expect(files).toMatchSnapshot());

  test("explains itself so", () => expect(new Explanation(explanation).toTable()).toMatchSnapshot());
});

test("an environment that is wrong is an error, not something else", () => {
  expect(() => runExample("quickstart", { ACCELERATOR: "KVM" })).toThrow('did you mean "kvm"?');
  expect(() => runExample("quickstart", { IMAGE: "debian" })).toThrow("Boot.image: not an image that can be fetched");
  expect(() => runExample("quickstart", { LIBVIRT_URI: "kvm1" })).toThrow("not a connection URI");
});
