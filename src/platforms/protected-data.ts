import type { Construct } from "constructs";
import { TerraformData, type TerraformResource, TerraformStack } from "../cdktf";
import { STORAGE_PRACTICES } from "../practices";

const ID = "ProtectedData";

/** Where what is not protected any more goes to: nothing in the program is called so, and Terraform takes it away. */
const LIFTED = "terraform_data.NotProtected";

/**
 * Remembers what holds data, so that a plan is refused when it is no longer in the program.
 *
 * Terraform forgets `prevent_destroy` with the block that says it: a volume whose block is gone is destroyed, protected or not. Here the block
 * is always the same one, and has an instance for each of them. One that is gone from `for_each` is to be destroyed, which the block forbids.
 * To lift a protection is to move its instance to where no block forbids it.
 *
 * There is one for a stack, whatever its platforms are called, and it is there without anything to protect, too: the last one counts as well.
 */
export class ProtectedData extends TerraformData {
  public static of(scope: Construct): ProtectedData {
    const stack = TerraformStack.of(scope);
    return (stack.node.tryFindChild(ID) as ProtectedData | undefined) ?? new ProtectedData(stack);
  }

  readonly #protected: Record<string, string> = {};
  readonly #lifted: string[] = [];

  private constructor(stack: TerraformStack) {
    super(stack, ID, {
      // What a refused plan shows of the instance.
      input: {
        holds_data: "${each.value}",
        to_mend: `put it back under the id that it had; or give it protectData: false, apply, and remove it then [${STORAGE_PRACTICES.dataProtected.id}]`,
      },
      lifecycle: { preventDestroy: true },
    });
    this.addOverride("for_each", this.#protected);
  }

  /**
   * Says whether something holds data that must not be lost.
   *
   * @param resource a resource, or its address where it is there only while it is protected
   * @param what it is, for people: `volume db-data.raw`
   * @param where the host that has it: Terraform asks another one in vain for what is there, and forgets it
   */
  public add(resource: TerraformResource | string, what: string, where: string, protect: boolean): void {
    const name =
      typeof resource === "string" ? resource : `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
    const key = `${name} on ${where}`;
    if (protect) {
      this.#protected[key] = what;
    } else {
      this.#lifted.push(key);
    }
  }

  public override toTerraform(): ReturnType<TerraformData["toTerraform"]> {
    const moved = this.#lifted.map((key) => ({
      from: `terraform_data.${this.friendlyUniqueId}["${key}"]`,
      to: `${LIFTED}["${key}"]`,
    }));
    return { ...super.toTerraform(), ...(moved.length > 0 && { moved }) };
  }
}
