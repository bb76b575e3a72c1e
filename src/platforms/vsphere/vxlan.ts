import { ConfigurationError } from "../../errors";
import { VXLAN_PRACTICES } from "../../practices";
import type { VxlanIntent } from "../platform";

/** Says why hosts of vSphere are no VTEPs, and what can be done. */
export function refuseVteps(where: string, { vteps }: VxlanIntent): never {
  throw new ConfigurationError({
    where,
    what: "hosts of vSphere are no VTEPs of segments, unless NSX makes them",
    given: [...vteps.keys()].map(({ name }) => name).join(", "),
    mend: "have a leaf or gateway carry a VLAN in the segment, and give it: transport: VxlanTransport.vlan({ switch, vlan: 2100 })",
    practice: VXLAN_PRACTICES.gateway.id,
  });
}
