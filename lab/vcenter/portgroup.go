package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type portGroup struct {
	*simulator.DistributedVirtualPortgroup
}

// addPortGroup lets the simulator's method make the port group, with what it inherits from the switch filled in.
func (s *vdSwitch) addPortGroup(ctx *reqContext, spec types.DVPortgroupConfigSpec) (*simulator.DistributedVirtualPortgroup, types.BaseMethodFault) {
	if spec.NumPorts == 0 && spec.Type != "ephemeral" {
		spec.NumPorts = 8
	}
	if spec.AutoExpand == nil {
		spec.AutoExpand = ptr(spec.Type != "ephemeral")
	}
	if fault := s.checkPorts(spec.DefaultPortConfig, s.uplinks(nil)); fault != nil {
		return nil, fault
	}
	setting := defaultPortSetting(nil)
	merge(setting, s.config().DefaultPortConfig)
	merge(setting, spec.DefaultPortConfig)
	spec.DefaultPortConfig, spec.ConfigVersion = setting, "0"
	add := s.DistributedVirtualSwitch.AddDVPortgroupTask(ctx, &types.AddDVPortgroup_Task{This: s.Self, Spec: []types.DVPortgroupConfigSpec{spec}})
	if _, fault := waitTask(ctx, add.(*methods.AddDVPortgroup_TaskBody).Res.Returnval); fault != nil {
		return nil, fault
	}
	pg := ctx.Map.FindByName(spec.Name, s.Portgroup).(*simulator.DistributedVirtualPortgroup)
	pg.Config.Uplink = ptr(false)
	return pg, nil
}

func (s *vdSwitch) CreateDVPortgroupTask(ctx *reqContext, req *types.CreateDVPortgroup_Task) soap.HasFault {
	task := runTask(ctx, s.DistributedVirtualSwitch, "createDVPortgroup", func() (types.AnyType, types.BaseMethodFault) {
		pg, fault := s.addPortGroup(ctx, req.Spec)
		if fault != nil {
			return nil, fault
		}
		return pg.Self, nil
	})
	return &methods.CreateDVPortgroup_TaskBody{Res: &types.CreateDVPortgroup_TaskResponse{Returnval: task}}
}

func (p *portGroup) ReconfigureDVPortgroupTask(ctx *reqContext, req *types.ReconfigureDVPortgroup_Task) soap.HasFault {
	task := runTask(ctx, p.DistributedVirtualPortgroup, "reconfigureDvPortgroup", func() (types.AnyType, types.BaseMethodFault) {
		version := p.Config.ConfigVersion
		if v := req.Spec.ConfigVersion; v != "" && v != version {
			return nil, &types.ConcurrentAccess{}
		}
		d := &vdSwitch{ctx.Map.Get(*p.Config.DistributedVirtualSwitch).(*simulator.DistributedVirtualSwitch)}
		if fault := d.checkPorts(req.Spec.DefaultPortConfig, d.uplinks(nil)); fault != nil {
			return nil, fault
		}
		merge(&p.Config, &req.Spec)
		p.Config.ConfigVersion = next(version)
		p.Name, p.Entity().Name = p.Config.Name, p.Config.Name
		ctx.Update(p.DistributedVirtualPortgroup, []types.PropertyChange{{Name: "config", Val: p.Config}})
		return nil, nil
	})
	return &methods.ReconfigureDVPortgroup_TaskBody{Res: &types.ReconfigureDVPortgroup_TaskResponse{Returnval: task}}
}

func (p *portGroup) DestroyTask(ctx *reqContext, req *types.Destroy_Task) soap.HasFault {
	if fault := networkInUse(ctx, p.Self); fault != nil {
		task := runTask(ctx, p.DistributedVirtualPortgroup, "destroy", func() (types.AnyType, types.BaseMethodFault) { return nil, fault })
		return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: task}}
	}
	forgetNetwork(ctx, p.Self)
	return p.DistributedVirtualPortgroup.DestroyTask(ctx, req)
}

// networkInUse is a fault while a machine has a NIC on the network.
func networkInUse(ctx *reqContext, network ref) types.BaseMethodFault {
	for _, o := range ctx.Map.All("VirtualMachine") {
		if vm := o.(*simulator.VirtualMachine); simulator.FindReference(vm.Network, network) != nil {
			return &types.ResourceInUse{Type: network.Type, Name: vm.Name}
		}
	}
	return nil
}

// forgetNetwork drops a network from hosts and clusters, where the simulator's methods leave it.
func forgetNetwork(ctx *reqContext, network ref) {
	for _, o := range ctx.Map.All("HostSystem") {
		dropRef(&o.(*simulator.HostSystem).Network, network)
	}
	for _, o := range ctx.Map.All("ClusterComputeResource") {
		dropRef(&o.(*simulator.ClusterComputeResource).Network, network)
	}
}
