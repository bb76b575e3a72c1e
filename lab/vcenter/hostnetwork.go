package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// hostNetwork has a host's standard switches and their port groups.
type hostNetwork struct {
	*simulator.HostNetworkSystem
}

func defaultHostPolicy() *types.HostNetworkPolicy {
	return &types.HostNetworkPolicy{
		Security: &types.HostNetworkSecurityPolicy{AllowPromiscuous: ptr(false), MacChanges: ptr(true), ForgedTransmits: ptr(true)},
		NicTeaming: &types.HostNicTeamingPolicy{
			Policy: "loadbalance_srcid", ReversePolicy: ptr(true), NotifySwitches: ptr(true), RollingOrder: ptr(false),
			FailureCriteria: &types.HostNicFailureCriteria{CheckBeacon: ptr(false)},
			NicOrder:        &types.HostNicOrderPolicy{},
		},
		ShapingPolicy: &types.HostNetworkTrafficShapingPolicy{Enabled: ptr(false)},
	}
}

func pnicKey(host *mo.HostSystem, device string) (string, bool) {
	for _, p := range host.Config.Network.Pnic {
		if p.Device == device {
			return p.Key, true
		}
	}
	return "", false
}

// sync mirrors the network system's lists into the host's config, which the simulator's methods leave alone.
func (s *hostNetwork) sync() {
	n := s.Host.Config.Network
	n.Vswitch, n.Portgroup = s.NetworkInfo.Vswitch, s.NetworkInfo.Portgroup
	s.NetworkInfo.Vnic, s.NetworkInfo.Pnic = n.Vnic, n.Pnic
}

func (s *hostNetwork) vswitch(name string) *types.HostVirtualSwitch {
	for i := range s.NetworkInfo.Vswitch {
		if s.NetworkInfo.Vswitch[i].Name == name {
			return &s.NetworkInfo.Vswitch[i]
		}
	}
	return nil
}

func (s *hostNetwork) configure(v *types.HostVirtualSwitch, spec *types.HostVirtualSwitchSpec) types.BaseMethodFault {
	if b, ok := spec.Bridge.(*types.HostVirtualSwitchBondBridge); ok {
		v.Pnic = nil
		for _, device := range b.NicDevice {
			key, found := pnicKey(s.Host, device)
			if !found {
				return &types.NotFound{}
			}
			v.Pnic = append(v.Pnic, key)
		}
	}
	policy := defaultHostPolicy()
	merge(policy, spec.Policy)
	v.Spec = *spec
	v.Spec.Policy = policy
	v.NumPorts, v.Mtu = spec.NumPorts, spec.Mtu
	if v.Mtu == 0 {
		v.Mtu = 1500
	}
	return nil
}

func (s *hostNetwork) AddVirtualSwitch(req *types.AddVirtualSwitch) soap.HasFault {
	body := &methods.AddVirtualSwitchBody{}
	if s.vswitch(req.VswitchName) != nil {
		body.Fault_ = simulator.Fault("", &types.AlreadyExists{Name: req.VswitchName})
		return body
	}
	v := types.HostVirtualSwitch{Name: req.VswitchName, Key: "key-vim.host.VirtualSwitch-" + req.VswitchName}
	if req.Spec != nil {
		if fault := s.configure(&v, req.Spec); fault != nil {
			body.Fault_ = simulator.Fault("", fault)
			return body
		}
	}
	s.NetworkInfo.Vswitch = append(s.NetworkInfo.Vswitch, v)
	s.sync()
	body.Res = &types.AddVirtualSwitchResponse{}
	return body
}

func (s *hostNetwork) UpdateVirtualSwitch(req *types.UpdateVirtualSwitch) soap.HasFault {
	body := &methods.UpdateVirtualSwitchBody{}
	v := s.vswitch(req.VswitchName)
	if v == nil {
		body.Fault_ = simulator.Fault("", &types.NotFound{})
		return body
	}
	if fault := s.configure(v, &req.Spec); fault != nil {
		body.Fault_ = simulator.Fault("", fault)
		return body
	}
	s.sync()
	body.Res = &types.UpdateVirtualSwitchResponse{}
	return body
}

func (s *hostNetwork) RemoveVirtualSwitch(req *types.RemoveVirtualSwitch) soap.HasFault {
	if v := s.vswitch(req.VswitchName); v != nil && len(v.Portgroup) != 0 {
		return &methods.RemoveVirtualSwitchBody{Fault_: simulator.Fault("", &types.ResourceInUse{Name: v.Name})}
	}
	r := s.HostNetworkSystem.RemoveVirtualSwitch(req)
	s.sync()
	return r
}

// compute fills in the policy that results from the switch's and the port group's own.
func (s *hostNetwork) compute(pg *types.HostPortGroup) {
	policy := defaultHostPolicy()
	if v := s.vswitch(pg.Spec.VswitchName); v != nil && v.Spec.Policy != nil {
		merge(policy, v.Spec.Policy)
	}
	merge(policy, &pg.Spec.Policy)
	pg.ComputedPolicy = *policy
	pg.Vswitch = "key-vim.host.VirtualSwitch-" + pg.Spec.VswitchName
}

func (s *hostNetwork) networkFolder(ctx *reqContext) *simulator.Folder {
	return ctx.Map.Get(datacenterOf(ctx, s.Host).NetworkFolder).(*simulator.Folder)
}

func (s *hostNetwork) AddPortGroup(ctx *reqContext, req *types.AddPortGroup) soap.HasFault {
	body := &methods.AddPortGroupBody{}
	v := s.vswitch(req.Portgrp.VswitchName)
	if v == nil {
		body.Fault_ = simulator.Fault("", &types.NotFound{})
		return body
	}
	name, f := req.Portgrp.Name, s.networkFolder(ctx)
	if n, ok := ctx.Map.FindByName(name, f.ChildEntity).(*mo.Network); ok { // other hosts have it: they share one Network
		if slices.ContainsFunc(s.NetworkInfo.Portgroup, func(p types.HostPortGroup) bool { return p.Spec.Name == name }) {
			body.Fault_ = simulator.Fault("", &types.AlreadyExists{Name: name})
			return body
		}
		v.Portgroup = append(v.Portgroup, name)
		s.NetworkInfo.Portgroup = append(s.NetworkInfo.Portgroup, types.HostPortGroup{Key: "key-vim.host.PortGroup-" + name, Spec: req.Portgrp})
		s.link(ctx, n)
	} else {
		if r := s.HostNetworkSystem.AddPortGroup(ctx, req); r.Fault() != nil {
			return r
		}
		s.link(ctx, ctx.Map.FindByName(name, f.ChildEntity).(*mo.Network))
	}
	s.compute(&s.NetworkInfo.Portgroup[len(s.NetworkInfo.Portgroup)-1])
	s.sync()
	body.Res = &types.AddPortGroupResponse{}
	return body
}

func (s *hostNetwork) link(ctx *reqContext, n *mo.Network) {
	n.Host = append(n.Host, s.Host.Self)
	s.Host.Network = append(s.Host.Network, n.Self)
	if c, ok := ctx.Map.Get(*s.Host.Parent).(*simulator.ClusterComputeResource); ok {
		ctx.Map.AddReference(ctx, c, &c.Network, n.Self)
	}
}

func (s *hostNetwork) UpdatePortGroup(req *types.UpdatePortGroup) soap.HasFault {
	body := &methods.UpdatePortGroupBody{}
	for i := range s.NetworkInfo.Portgroup {
		if pg := &s.NetworkInfo.Portgroup[i]; pg.Spec.Name == req.PgName {
			pg.Spec = req.Portgrp
			s.compute(pg)
			s.sync()
			body.Res = &types.UpdatePortGroupResponse{}
			return body
		}
	}
	body.Fault_ = simulator.Fault("", &types.NotFound{})
	return body
}

func (s *hostNetwork) RemovePortGroup(ctx *reqContext, req *types.RemovePortGroup) soap.HasFault {
	n, ok := ctx.Map.FindByName(req.PgName, s.networkFolder(ctx).ChildEntity).(*mo.Network)
	if !ok {
		return &methods.RemovePortGroupBody{Fault_: simulator.Fault("", &types.NotFound{})}
	}
	if len(n.Host) > 1 { // only this host forgets it
		dropRef(&n.Host, s.Host.Self)
		dropRef(&s.Host.Network, n.Self)
		for i := range s.NetworkInfo.Vswitch {
			v := &s.NetworkInfo.Vswitch[i]
			v.Portgroup = slices.DeleteFunc(v.Portgroup, func(p string) bool { return p == req.PgName })
		}
		s.NetworkInfo.Portgroup = slices.DeleteFunc(s.NetworkInfo.Portgroup, func(p types.HostPortGroup) bool { return p.Spec.Name == req.PgName })
		s.sync()
		return &methods.RemovePortGroupBody{Res: &types.RemovePortGroupResponse{}}
	}
	if fault := networkInUse(ctx, n.Self); fault != nil {
		return &methods.RemovePortGroupBody{Fault_: simulator.Fault("", fault)}
	}
	forgetNetwork(ctx, n.Self)
	r := s.HostNetworkSystem.RemovePortGroup(ctx, req)
	s.sync()
	return r
}
