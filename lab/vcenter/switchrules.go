package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// checkPorts refuses what vCenter refuses in a port setting of a switch or of a port group of it.
func (s *vdSwitch) checkPorts(base types.BaseDVPortSetting, uplinks []string) types.BaseMethodFault {
	setting, ok := base.(*types.VMwareDVSPortSetting)
	if !ok || setting == nil {
		return nil
	}
	cfg := s.config()
	if t := setting.UplinkTeamingPolicy; t != nil && t.UplinkPortOrder != nil {
		if fault := checkOrder(t.UplinkPortOrder, uplinks, cfg.LacpGroupConfig); fault != nil {
			return fault
		}
	}
	if l := setting.LacpPolicy; l != nil && l.Enable != nil && *l.Enable.Value && cfg.LacpApiVersion == "multipleLag" {
		return &types.ConflictingConfiguration{}
	}
	if v, ok := setting.Vlan.(*types.VmwareDistributedVirtualSwitchPvlanSpec); ok {
		if !slices.ContainsFunc(cfg.PvlanConfig, func(e types.VMwareDVSPvlanMapEntry) bool { return e.SecondaryVlanId == v.PvlanId }) {
			return &types.InvalidArgument{InvalidProperty: "spec.defaultPortConfig.vlan.pvlanId"}
		}
	}
	return nil
}

// checkOrder wants names that the switch has, and a LAG alone: neither beside uplinks nor beside another LAG.
func checkOrder(order *types.VMwareUplinkPortOrderPolicy, uplinks []string, lags []types.VMwareDvsLacpGroupConfig) types.BaseMethodFault {
	isLag := func(name string) bool {
		return slices.ContainsFunc(lags, func(g types.VMwareDvsLacpGroupConfig) bool { return g.Name == name })
	}
	names := slices.Concat(order.ActiveUplinkPort, order.StandbyUplinkPort)
	unknown := func(name string) bool { return !isLag(name) && !slices.Contains(uplinks, name) }
	if slices.ContainsFunc(names, unknown) || slices.ContainsFunc(names, isLag) && len(names) > 1 {
		return &types.InvalidArgument{InvalidProperty: "spec.defaultPortConfig.uplinkTeamingPolicy.uplinkPortOrder"}
	}
	return nil
}

// uplinks are those that the switch has, or is about to have.
func (s *vdSwitch) uplinks(spec *types.DVSConfigSpec) []string {
	if spec != nil {
		if u, ok := spec.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy); ok && u != nil && len(u.UplinkPortName) != 0 {
			return u.UplinkPortName
		}
	}
	return s.config().UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy).UplinkPortName
}

// pvlanInUse is a fault while a port group is of the secondary VLAN.
func (s *vdSwitch) pvlanInUse(ctx *reqContext, secondary int32) types.BaseMethodFault {
	for _, ref := range s.Portgroup {
		pg := ctx.Map.Get(ref).(*simulator.DistributedVirtualPortgroup)
		setting, _ := pg.Config.DefaultPortConfig.(*types.VMwareDVSPortSetting)
		if setting == nil {
			continue
		}
		if v, ok := setting.Vlan.(*types.VmwareDistributedVirtualSwitchPvlanSpec); ok && v.PvlanId == secondary {
			return &types.ResourceInUse{Type: "pvlan", Name: pg.Name}
		}
	}
	return nil
}
