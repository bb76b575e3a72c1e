package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// pickHost chooses a host of the pool's cluster for a new machine: one that mounts the datastore and is a
// member of the switches, with the fewest machines. Without any such host it returns nil and leaves the
// refusal to the simulator's method.
func pickHost(ctx *reqContext, pool ref, datastore string, changes []types.BaseVirtualDeviceConfigSpec) *ref {
	var best *simulator.HostSystem
	for _, h := range hostsOf(ctx, pool) {
		host := ctx.Map.Get(h).(*simulator.HostSystem)
		mounted := datastore == "" || ctx.Map.FindByName(datastore, host.Datastore) != nil
		member := !slices.ContainsFunc(switchesOf(ctx, changes), func(d *simulator.DistributedVirtualSwitch) bool {
			return !slices.Contains(d.Summary.HostMember, h)
		})
		if mounted && member && (best == nil || len(host.Vm) < len(best.Vm)) {
			best = host
		}
	}
	if best == nil {
		return nil
	}
	return &best.Self
}

func hostsOf(ctx *reqContext, o ref) []ref {
	for {
		switch x := ctx.Map.Get(o).(type) {
		case *simulator.ClusterComputeResource:
			return x.Host
		case *mo.ComputeResource:
			return x.Host
		case mo.Entity:
			if x.Entity().Parent == nil {
				return nil
			}
			o = *x.Entity().Parent
		default:
			return nil
		}
	}
}

// switchesOf are the distributed switches that the NICs in changes connect to.
func switchesOf(ctx *reqContext, changes []types.BaseVirtualDeviceConfigSpec) []*simulator.DistributedVirtualSwitch {
	var out []*simulator.DistributedVirtualSwitch
	for _, c := range changes {
		spec := c.GetVirtualDeviceConfigSpec()
		if spec.Operation == types.VirtualDeviceConfigSpecOperationRemove {
			continue
		}
		if b, ok := spec.Device.GetVirtualDevice().Backing.(*types.VirtualEthernetCardDistributedVirtualPortBackingInfo); ok {
			if d := findSwitch(ctx, b.Port.SwitchUuid); d != nil && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

// ignoringMembers runs one of the simulator's methods, which asks that every host of the cluster is a member of
// a machine's switches. vCenter asks it of the machine's own host only, and so do we.
func ignoringMembers(ctx *reqContext, host *ref, changes []types.BaseVirtualDeviceConfigSpec, f func()) {
	if host != nil {
		for _, d := range switchesOf(ctx, changes) {
			if members := d.Summary.HostMember; slices.Contains(members, *host) {
				d.Summary.HostMember = append(slices.Clone(members), hostsOf(ctx, *host)...)
				defer func() { d.Summary.HostMember = members }()
			}
		}
	}
	f()
}
