import { App } from "cdktf";
import { DataRate, TunedStack } from "virtuned";
import { datacentre } from "./datacentre";
import { addFirewall, addWebServers } from "./machines";
import { kvmSite, vsphereSite } from "./sites";
import { slices } from "./slices";

const app = new App();
const stack = new TunedStack(app, "large-scale-network");

// Each host has two links to the fabric, one to each leaf of its rack.
const speed = DataRate.gbps(25);
const kvm = kvmSite(stack, speed);
const vsphere = vsphereSite(stack, speed);
const fabric = datacentre(stack, speed, [kvm, vsphere]);

// The same slices on both platforms.
const onKvm = slices(kvm, fabric);
const onVsphere = slices(vsphere, fabric);

addWebServers(kvm, onKvm.shop, 4);
addWebServers(vsphere, onVsphere.shop, 2);
addFirewall(kvm, onKvm);

app.synth();
