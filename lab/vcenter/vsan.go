package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// vsanSystem is here for one thing: VMkernel adapters are selected for vSAN through it, not through the
// manager that selects them for every other service. The simulator has no such object.
type vsanSystem struct {
	mo.HostVsanSystem
	host *simulator.HostSystem
}

func seedVsan(ctx *reqContext, host *simulator.HostSystem) {
	s := &vsanSystem{host: host}
	s.Self = ref{Type: "HostVsanSystem", Value: "vsanSystem-" + host.Self.Value}
	s.Config.NetworkInfo = &types.VsanHostConfigInfoNetworkInfo{}
	ctx.Map.Put(s)
	host.ConfigManager.VsanSystem = &s.Self
}

func (s *vsanSystem) UpdateVsanTask(ctx *reqContext, req *types.UpdateVsan_Task) soap.HasFault {
	task := runTask(ctx, s, "updateVsan", func() (types.AnyType, types.BaseMethodFault) {
		merge(&s.Config, &req.Config)
		if req.Config.NetworkInfo == nil {
			return nil, nil
		}
		s.Config.NetworkInfo = req.Config.NetworkInfo
		manager := &vnicManager{ctx.Map.Get(*s.host.ConfigManager.VirtualNicManager).(*simulator.HostVirtualNicManager)}
		for _, v := range s.host.Config.Network.Vnic {
			used := slices.ContainsFunc(s.Config.NetworkInfo.Port, func(p types.VsanHostConfigInfoNetworkInfoPortConfig) bool { return p.Device == v.Device })
			if fault := manager.choose("vsan", v.Device, used); fault != nil {
				return nil, fault
			}
		}
		return nil, nil
	})
	return &methods.UpdateVsan_TaskBody{Res: &types.UpdateVsan_TaskResponse{Returnval: task}}
}
