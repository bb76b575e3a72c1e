package main

import (
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// vnicManager selects which VMkernel adapters carry which service.
type vnicManager struct {
	*simulator.HostVirtualNicManager
}

const vnicKeyPrefix = "key-vim.host.VirtualNic-"

func (s *hostNetwork) AddVirtualNic(ctx *reqContext, req *types.AddVirtualNic) soap.HasFault {
	n := s.Host.Config.Network
	device := ""
	for i := 0; ; i++ {
		device = fmt.Sprintf("vmk%d", i)
		if !slices.ContainsFunc(n.Vnic, func(v types.HostVirtualNic) bool { return v.Device == device }) {
			break
		}
	}
	v := types.HostVirtualNic{Device: device, Key: vnicKeyPrefix + device, Portgroup: req.Portgroup, Spec: req.Nic}
	fillVnic(&v, len(n.Vnic))
	n.Vnic = append(n.Vnic, v)
	s.eachService(ctx, func(c *types.VirtualNicManagerNetConfig) { c.CandidateVnic = append(slices.Clone(c.CandidateVnic), v) })
	s.sync()
	return &methods.AddVirtualNicBody{Res: &types.AddVirtualNicResponse{Returnval: device}}
}

func fillVnic(v *types.HostVirtualNic, n int) {
	if v.Spec.Mac == "" {
		v.Spec.Mac = fmt.Sprintf("00:50:56:6a:%02x:%02x", n/256, n%256)
	}
	if v.Spec.Mtu == 0 {
		v.Spec.Mtu = 1500
	}
	if v.Spec.NetStackInstanceKey == "" {
		v.Spec.NetStackInstanceKey = "defaultTcpipStack"
	}
	if v.Spec.Ip == nil {
		v.Spec.Ip = &types.HostIpConfig{}
	}
	if v.Spec.Ip.Dhcp && v.Spec.Ip.IpAddress == "" {
		v.Spec.Ip.IpAddress, v.Spec.Ip.SubnetMask = fmt.Sprintf("192.0.2.%d", n+10), "255.255.255.0"
	}
	if r := v.Spec.IpRouteSpec; r != nil && r.IpRouteConfig == nil {
		r.IpRouteConfig = &types.HostIpRouteConfig{}
	}
}

func (s *hostNetwork) UpdateVirtualNic(req *types.UpdateVirtualNic) soap.HasFault {
	body := &methods.UpdateVirtualNicBody{}
	for i := range s.Host.Config.Network.Vnic {
		if v := &s.Host.Config.Network.Vnic[i]; v.Device == req.Device {
			merge(&v.Spec, &req.Nic)
			if req.Nic.Portgroup != "" {
				v.Portgroup = req.Nic.Portgroup
			}
			fillVnic(v, i)
			s.sync()
			body.Res = &types.UpdateVirtualNicResponse{}
			return body
		}
	}
	body.Fault_ = simulator.Fault("", &types.NotFound{})
	return body
}

func (s *hostNetwork) RemoveVirtualNic(ctx *reqContext, req *types.RemoveVirtualNic) soap.HasFault {
	n := s.Host.Config.Network
	i := slices.IndexFunc(n.Vnic, func(v types.HostVirtualNic) bool { return v.Device == req.Device })
	if i < 0 {
		return &methods.RemoveVirtualNicBody{Fault_: simulator.Fault("", &types.NotFound{})}
	}
	key := n.Vnic[i].Key
	n.Vnic = slices.Delete(slices.Clone(n.Vnic), i, i+1)
	s.eachService(ctx, func(c *types.VirtualNicManagerNetConfig) {
		c.CandidateVnic = slices.DeleteFunc(slices.Clone(c.CandidateVnic), func(v types.HostVirtualNic) bool { return v.Device == req.Device })
		c.SelectedVnic = slices.DeleteFunc(slices.Clone(c.SelectedVnic), func(k string) bool { return k == c.NicType+"."+key })
	})
	s.sync()
	return &methods.RemoveVirtualNicBody{Res: &types.RemoveVirtualNicResponse{}}
}

func (s *hostNetwork) eachService(ctx *reqContext, f func(*types.VirtualNicManagerNetConfig)) {
	if m, ok := ctx.Map.Get(*s.Host.ConfigManager.VirtualNicManager).(*simulator.HostVirtualNicManager); ok {
		services := (&vnicManager{m}).services()
		for i := range services {
			f(&services[i])
		}
	}
}

// services are the host's own: what the simulator starts with is one slice for all hosts, and lacks some.
func (m *vnicManager) services() []types.VirtualNicManagerNetConfig {
	m.Info.NetConfig = slices.Clone(m.Info.NetConfig)
	for _, service := range []string{
		"vmotion", "vsan", "faultToleranceLogging", "vSphereReplication", "vSphereReplicationNFC", "vSphereProvisioning", "vSphereBackupNFC",
	} {
		if !slices.ContainsFunc(m.Info.NetConfig, func(c types.VirtualNicManagerNetConfig) bool { return c.NicType == service }) {
			m.Info.NetConfig = append(m.Info.NetConfig, types.VirtualNicManagerNetConfig{
				NicType: service, MultiSelectAllowed: true, CandidateVnic: m.Host.Config.Network.Vnic,
			})
		}
	}
	return m.Info.NetConfig
}

func (m *vnicManager) choose(service, device string, selected bool) types.BaseMethodFault {
	services := m.services()
	for i := range services {
		if c := &services[i]; c.NicType == service {
			key := service + "." + vnicKeyPrefix + device
			c.SelectedVnic = slices.DeleteFunc(slices.Clone(c.SelectedVnic), func(k string) bool { return k == key })
			if selected {
				c.SelectedVnic = append(c.SelectedVnic, key)
			}
			return nil
		}
	}
	return &types.InvalidArgument{InvalidProperty: "nicType"}
}

func (m *vnicManager) SelectVnicForNicType(req *types.SelectVnicForNicType) soap.HasFault {
	if fault := m.choose(req.NicType, req.Device, true); fault != nil {
		return &methods.SelectVnicForNicTypeBody{Fault_: simulator.Fault("", fault)}
	}
	return &methods.SelectVnicForNicTypeBody{Res: &types.SelectVnicForNicTypeResponse{}}
}

func (m *vnicManager) DeselectVnicForNicType(req *types.DeselectVnicForNicType) soap.HasFault {
	if fault := m.choose(req.NicType, req.Device, false); fault != nil {
		return &methods.DeselectVnicForNicTypeBody{Fault_: simulator.Fault("", fault)}
	}
	return &methods.DeselectVnicForNicTypeBody{Res: &types.DeselectVnicForNicTypeResponse{}}
}
