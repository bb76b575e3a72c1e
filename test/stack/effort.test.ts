import * as domain from "@cdktf/provider-libvirt/lib/domain";
import * as provider from "@cdktf/provider-libvirt/lib/provider";
import * as volume from "@cdktf/provider-libvirt/lib/volume";
import { TerraformStack, Testing, Tokenization } from "cdktf";
import { addGuests } from "../../bench/guests";
import { TunedStack } from "../../src/stack";

const CLASSES = { ...domain, ...provider, ...volume };

/** How many values there are in a value, itself included. Tokens count as one. */
function size(value: unknown): number {
  if (typeof value !== "object" || value === null || Tokenization.isResolvable(value)) {
    return 1;
  }
  return Object.values(value).reduce((sum: number, item) => sum + size(item), 1);
}

/** How many values cdktf resolves while a stack of guests is prepared and synthesised. */
function resolvedValues(Stack: typeof TerraformStack, guests: number, references: boolean): number {
  const resolve = jest.spyOn(Tokenization, "resolve");
  try {
    const stack = new Stack(Testing.app(), "stack");
    addGuests(stack, CLASSES, guests, references);
    stack.prepareStack();
    stack.toTerraform();
    return resolve.mock.calls.reduce((sum, [value]) => sum + size(value), 0);
  } finally {
    resolve.mockRestore();
  }
}

// Counts, not times, so that nothing else on the machine matters: `npm run bench` has the times.
describe("what TunedStack has cdktf resolve", () => {
  test("is nothing at all where there are no references", () => {
    expect(resolvedValues(TunedStack, 20, false)).toBe(0);
  });

  test("is a tenth at most of what TerraformStack does, where every disk refers to its volume", () => {
    expect(resolvedValues(TunedStack, 20, true)).toBeLessThan(resolvedValues(TerraformStack, 20, true) / 10);
  });

  test("grows with the number of references", () => {
    expect(resolvedValues(TunedStack, 40, true)).toBe(2 * resolvedValues(TunedStack, 20, true));
  });
});
