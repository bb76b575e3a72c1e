package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type vdSwitch struct {
	*simulator.DistributedVirtualSwitch
}

type switchManager struct {
	*simulator.DistributedVirtualSwitchManager
}

func findSwitch(ctx *reqContext, id string) *simulator.DistributedVirtualSwitch {
	for _, o := range ctx.Map.All("DistributedVirtualSwitch") {
		if d := o.(*simulator.DistributedVirtualSwitch); d.Uuid == id {
			return d
		}
	}
	return nil
}

func (m *switchManager) QueryDvsByUuid(ctx *reqContext, req *types.QueryDvsByUuid) soap.HasFault {
	body := &methods.QueryDvsByUuidBody{}
	if d := findSwitch(ctx, req.Uuid); d != nil {
		body.Res = &types.QueryDvsByUuidResponse{Returnval: &d.Self}
	} else {
		body.Fault_ = simulator.Fault("", &types.NotFound{})
	}
	return body
}

func (m *switchManager) DVSManagerLookupDvPortGroup(ctx *reqContext, req *types.DVSManagerLookupDvPortGroup) soap.HasFault {
	body := &methods.DVSManagerLookupDvPortGroupBody{}
	if d := findSwitch(ctx, req.SwitchUuid); d != nil {
		for _, pg := range d.Portgroup {
			if ctx.Map.Get(pg).(*simulator.DistributedVirtualPortgroup).Key == req.PortgroupKey {
				body.Res = &types.DVSManagerLookupDvPortGroupResponse{Returnval: &pg}
				return body
			}
		}
	}
	body.Fault_ = simulator.Fault("", &types.NotFound{})
	return body
}

// defaultPortSetting is what vCenter gives the ports of a new switch.
func defaultPortSetting(uplinks []string) *types.VMwareDVSPortSetting {
	no, yes := &types.BoolPolicy{Value: ptr(false)}, &types.BoolPolicy{Value: ptr(true)}
	shaping := func() *types.DVSTrafficShapingPolicy {
		return &types.DVSTrafficShapingPolicy{
			Enabled:          no,
			AverageBandwidth: &types.LongPolicy{Value: 100_000_000},
			PeakBandwidth:    &types.LongPolicy{Value: 100_000_000},
			BurstSize:        &types.LongPolicy{Value: 100 << 20},
		}
	}
	return &types.VMwareDVSPortSetting{
		DVPortSetting: types.DVPortSetting{Blocked: no, VmDirectPathGen2Allowed: no, InShapingPolicy: shaping(), OutShapingPolicy: shaping()},
		Vlan:          &types.VmwareDistributedVirtualSwitchVlanIdSpec{},
		UplinkTeamingPolicy: &types.VmwareUplinkPortTeamingPolicy{
			Policy: &types.StringPolicy{Value: "loadbalance_srcid"}, ReversePolicy: yes, NotifySwitches: yes, RollingOrder: no,
			FailureCriteria: &types.DVSFailureCriteria{CheckBeacon: no},
			UplinkPortOrder: &types.VMwareUplinkPortOrderPolicy{ActiveUplinkPort: uplinks},
		},
		SecurityPolicy: &types.DVSSecurityPolicy{AllowPromiscuous: no, MacChanges: no, ForgedTransmits: no},
		IpfixEnabled:   no,
		TxUplink:       no,
		LacpPolicy:     &types.VMwareUplinkLacpPolicy{Enable: no, Mode: &types.StringPolicy{Value: "passive"}},
	}
}

// trafficClasses are the system traffic classes of Network I/O Control version 3.
func trafficClasses() []types.DvsHostInfrastructureTrafficResource {
	var out []types.DvsHostInfrastructureTrafficResource
	for _, class := range []string{
		"management", "faultTolerance", "vmotion", "virtualMachine", "iSCSI", "nfs", "hbr", "vsan", "vdp", "backupNfc",
	} {
		shares := &types.SharesInfo{Level: "normal", Shares: 50}
		if class == "virtualMachine" {
			shares = &types.SharesInfo{Level: "high", Shares: 100}
		}
		out = append(out, types.DvsHostInfrastructureTrafficResource{Key: class, AllocationInfo: types.DvsHostInfrastructureTrafficResourceAllocation{
			Limit: ptr(int64(-1)), Reservation: ptr(int64(0)), Shares: shares,
		}})
	}
	return out
}

func newSwitchConfig() *types.VMwareDVSConfigInfo {
	uplinks := []string{"uplink1", "uplink2", "uplink3", "uplink4"}
	cfg := &types.VMwareDVSConfigInfo{
		MaxMtu: 1500, LacpApiVersion: "multipleLag", MulticastFilteringMode: "legacyFiltering",
		LinkDiscoveryProtocolConfig: &types.LinkDiscoveryProtocolConfig{Protocol: "cdp", Operation: "listen"},
		IpfixConfig:                 &types.VMwareIpfixConfig{ActiveFlowTimeout: 60, IdleFlowTimeout: 15},
	}
	cfg.ConfigVersion, cfg.NetworkResourceControlVersion = "0", "version3"
	cfg.ProductInfo = types.DistributedVirtualSwitchProductSpec{Name: "DVS", Vendor: "VMware, Inc.", Version: "8.0.0", Build: "0", ForwardingClass: "etherswitch"}
	cfg.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: uplinks}
	cfg.DefaultPortConfig = defaultPortSetting(uplinks)
	cfg.InfrastructureTrafficResourceConfig = trafficClasses()
	cfg.Policy = &types.DVSPolicy{AutoPreInstallAllowed: ptr(false), AutoUpgradeAllowed: ptr(false), PartialUpgradeAllowed: ptr(false)}
	return cfg
}

// seedSwitches fills in what the simulator leaves unset in the switches it starts with.
func seedSwitches(ctx *reqContext) {
	for _, o := range ctx.Map.All("DistributedVirtualSwitch") {
		d := o.(*simulator.DistributedVirtualSwitch)
		cfg := newSwitchConfig()
		merge(cfg, d.Config)
		d.Config = cfg
	}
}

func (f *folder) CreateDVSTask(ctx *reqContext, req *types.CreateDVS_Task) soap.HasFault {
	task := runTask(ctx, f.Folder, "createDVS", func() (types.AnyType, types.BaseMethodFault) {
		spec := req.Spec.ConfigSpec.GetDVSConfigSpec()
		if e := ctx.Map.FindByName(spec.Name, f.ChildEntity); e != nil {
			return nil, &types.DuplicateName{Name: spec.Name, Object: e.Reference()}
		}
		cfg := newSwitchConfig()
		cfg.Uuid = uuid.NewString()
		if p := req.Spec.ProductInfo; p != nil && p.Version != "" {
			cfg.ProductInfo.Version = p.Version
		}
		uplinks := cfg.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy)
		if u, ok := spec.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy); ok && len(u.UplinkPortName) != 0 {
			*uplinks = *u
			cfg.DefaultPortConfig = defaultPortSetting(u.UplinkPortName)
		}

		d := &simulator.DistributedVirtualSwitch{}
		d.Uuid, d.Config, d.Name = cfg.Uuid, cfg, spec.Name
		d.Summary = types.DVSSummary{Name: spec.Name, Uuid: d.Uuid, ProductInfo: &cfg.ProductInfo}
		d.Entity().Name = spec.Name
		ctx.Map.NewEntity(d)
		attach(ctx, &f.Folder.Folder, d)

		s := &vdSwitch{d}
		pg, fault := s.addPortGroup(ctx, types.DVPortgroupConfigSpec{
			Name:     fmt.Sprintf("%s-DVUplinks-%s", spec.Name, strings.TrimPrefix(d.Self.Value, "dvs-")),
			Type:     "earlyBinding",
			NumPorts: int32(len(uplinks.UplinkPortName)),
			DefaultPortConfig: &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{
				VlanId: []types.NumericRange{{Start: 0, End: 4094}},
			}},
		})
		if fault != nil {
			return nil, fault
		}
		pg.Config.Uplink = ptr(true)
		cfg.UplinkPortgroup = []ref{pg.Self}
		if fault := s.reconfigure(ctx, req.Spec.ConfigSpec); fault != nil {
			return nil, fault
		}
		cfg.ConfigVersion = "1"
		return d.Self, nil
	})
	return &methods.CreateDVS_TaskBody{Res: &types.CreateDVS_TaskResponse{Returnval: task}}
}

func (s *vdSwitch) config() *types.VMwareDVSConfigInfo {
	return s.Config.(*types.VMwareDVSConfigInfo)
}

func (s *vdSwitch) reconfigure(ctx *reqContext, base types.BaseDVSConfigSpec) types.BaseMethodFault {
	cfg, spec := s.config(), base.GetDVSConfigSpec()
	if spec.ConfigVersion != "" && spec.ConfigVersion != cfg.ConfigVersion {
		return &types.ConcurrentAccess{}
	}
	if fault := s.checkPorts(spec.DefaultPortConfig, s.uplinks(spec)); fault != nil {
		return fault
	}
	for i := range spec.Host {
		if fault := s.setMember(ctx, &spec.Host[i]); fault != nil {
			return fault
		}
	}
	for _, in := range spec.InfrastructureTrafficResourceConfig {
		for i := range cfg.InfrastructureTrafficResourceConfig {
			if class := &cfg.InfrastructureTrafficResourceConfig[i]; class.Key == in.Key {
				merge(&class.AllocationInfo, &in.AllocationInfo)
				fillShares(class.AllocationInfo.Shares)
			}
		}
	}
	if v, ok := base.(*types.VMwareDVSConfigSpec); ok {
		if fault := s.setPrivateVlans(ctx, v.PvlanConfigSpec); fault != nil {
			return fault
		}
	}

	version, classes := cfg.ConfigVersion, cfg.InfrastructureTrafficResourceConfig
	merge(cfg, base)
	cfg.ConfigVersion, cfg.InfrastructureTrafficResourceConfig = next(version), classes
	cfg.Description = spec.Description
	if spec.Name != "" {
		s.Name, s.Entity().Name, s.Summary.Name = spec.Name, spec.Name, spec.Name
	}
	ctx.Update(s.DistributedVirtualSwitch, []types.PropertyChange{{Name: "config", Val: *cfg}})
	return nil
}

func next(version string) string {
	n, _ := strconv.Atoi(version)
	return strconv.Itoa(n + 1)
}

func fillShares(s *types.SharesInfo) {
	if s == nil {
		return
	}
	if v, ok := map[types.SharesLevel]int32{"low": 25, "normal": 50, "high": 100}[s.Level]; ok {
		s.Shares = v
	}
}

func (s *vdSwitch) setPrivateVlans(ctx *reqContext, specs []types.VMwareDVSPvlanConfigSpec) types.BaseMethodFault {
	cfg := s.config()
	for _, p := range specs {
		if p.Operation == "remove" {
			if fault := s.pvlanInUse(ctx, p.PvlanEntry.SecondaryVlanId); fault != nil {
				return fault
			}
		}
		cfg.PvlanConfig = slices.DeleteFunc(slices.Clone(cfg.PvlanConfig), func(e types.VMwareDVSPvlanMapEntry) bool {
			return e.SecondaryVlanId == p.PvlanEntry.SecondaryVlanId && e.PvlanType == p.PvlanEntry.PvlanType
		})
		if p.Operation != "remove" {
			cfg.PvlanConfig = append(cfg.PvlanConfig, p.PvlanEntry)
		}
	}
	return nil
}

// setMember adds, edits or removes a host, on both sides: the switch's list and the host's proxy switches.
func (s *vdSwitch) setMember(ctx *reqContext, spec *types.DistributedVirtualSwitchHostMemberConfigSpec) types.BaseMethodFault {
	cfg := s.config()
	host, ok := ctx.Map.Get(spec.Host).(*simulator.HostSystem)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: spec.Host}
	}
	if spec.Operation != "edit" { // the simulator's method keeps the lists of networks and hosts; it rejects edits
		r := s.DistributedVirtualSwitch.ReconfigureDvsTask(ctx, &types.ReconfigureDvs_Task{
			This: s.Self, Spec: &types.DVSConfigSpec{Host: []types.DistributedVirtualSwitchHostMemberConfigSpec{*spec}},
		}).(*methods.ReconfigureDvs_TaskBody)
		if _, fault := waitTask(ctx, r.Res.Returnval); fault != nil {
			return fault
		}
	}
	network := host.Config.Network
	members := slices.DeleteFunc(slices.Clone(cfg.Host), func(m types.DistributedVirtualSwitchHostMember) bool { return *m.Config.Host == spec.Host })
	proxies := slices.DeleteFunc(slices.Clone(network.ProxySwitch), func(p types.HostProxySwitch) bool { return p.DvsUuid == s.Uuid })
	if spec.Operation != "remove" {
		backing, _ := spec.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking)
		if backing == nil {
			backing = &types.DistributedVirtualSwitchHostMemberPnicBacking{}
		}
		var pnics []string
		for _, b := range backing.PnicSpec {
			key, found := pnicKey(&host.HostSystem, b.PnicDevice)
			if !found {
				return &types.NotFound{}
			}
			if inUse(proxies, network.Vswitch, key) {
				return &types.ResourceInUse{Type: "PhysicalNic", Name: b.PnicDevice}
			}
			pnics = append(pnics, key)
		}
		members = append(members, types.DistributedVirtualSwitchHostMember{Status: "up", Config: types.DistributedVirtualSwitchHostMemberConfigInfo{
			Host: &spec.Host, MaxProxySwitchPorts: 512, Backing: backing,
		}})
		proxies = append(proxies, types.HostProxySwitch{
			DvsUuid: s.Uuid, DvsName: s.Name, Key: "DvsPortset-" + s.Self.Value, Mtu: cfg.MaxMtu, NumPorts: 512,
			Pnic: pnics, Spec: types.HostProxySwitchSpec{Backing: backing},
		})
	}
	cfg.Host, network.ProxySwitch = members, proxies
	return nil
}

// inUse tells whether another switch of the host has the physical NIC.
func inUse(proxies []types.HostProxySwitch, vswitches []types.HostVirtualSwitch, key string) bool {
	return slices.ContainsFunc(proxies, func(p types.HostProxySwitch) bool { return slices.Contains(p.Pnic, key) }) ||
		slices.ContainsFunc(vswitches, func(v types.HostVirtualSwitch) bool { return slices.Contains(v.Pnic, key) })
}

func (s *vdSwitch) ReconfigureDvsTask(ctx *reqContext, req *types.ReconfigureDvs_Task) soap.HasFault {
	task := runTask(ctx, s.DistributedVirtualSwitch, "reconfigureDvs", func() (types.AnyType, types.BaseMethodFault) {
		return nil, s.reconfigure(ctx, req.Spec)
	})
	return &methods.ReconfigureDvs_TaskBody{Res: &types.ReconfigureDvs_TaskResponse{Returnval: task}}
}

func (s *vdSwitch) EnableNetworkResourceManagement(req *types.EnableNetworkResourceManagement) soap.HasFault {
	s.config().NetworkResourceManagementEnabled = req.Enable
	return &methods.EnableNetworkResourceManagementBody{Res: &types.EnableNetworkResourceManagementResponse{}}
}

func (s *vdSwitch) UpdateDVSLacpGroupConfigTask(ctx *reqContext, req *types.UpdateDVSLacpGroupConfig_Task) soap.HasFault {
	task := runTask(ctx, s.DistributedVirtualSwitch, "updateDVSLacpGroupConfig", func() (types.AnyType, types.BaseMethodFault) {
		cfg := s.config()
		for _, spec := range req.LacpGroupSpec {
			group := spec.LacpGroupConfig
			cfg.LacpGroupConfig = slices.DeleteFunc(slices.Clone(cfg.LacpGroupConfig), func(g types.VMwareDvsLacpGroupConfig) bool { return g.Name == group.Name })
			if spec.Operation != "remove" {
				group.Key = "lag-" + group.Name
				cfg.LacpGroupConfig = append(cfg.LacpGroupConfig, group)
			}
		}
		return nil, nil
	})
	return &methods.UpdateDVSLacpGroupConfig_TaskBody{Res: &types.UpdateDVSLacpGroupConfig_TaskResponse{Returnval: task}}
}

func (s *vdSwitch) PerformDvsProductSpecOperationTask(ctx *reqContext, req *types.PerformDvsProductSpecOperation_Task) soap.HasFault {
	task := runTask(ctx, s.DistributedVirtualSwitch, "performDvsProductSpecOperation", func() (types.AnyType, types.BaseMethodFault) {
		s.config().ProductInfo.Version = req.ProductSpec.Version
		return nil, nil
	})
	return &methods.PerformDvsProductSpecOperation_TaskBody{Res: &types.PerformDvsProductSpecOperation_TaskResponse{Returnval: task}}
}

func (s *vdSwitch) DestroyTask(ctx *reqContext, req *types.Destroy_Task) soap.HasFault {
	task := runTask(ctx, s.DistributedVirtualSwitch, "destroy", func() (types.AnyType, types.BaseMethodFault) {
		for _, pg := range s.Portgroup {
			if fault := networkInUse(ctx, pg); fault != nil {
				return nil, fault
			}
		}
		for _, pg := range slices.Clone(s.Portgroup) {
			forgetNetwork(ctx, pg)
			o := ctx.Map.Get(pg).(*simulator.DistributedVirtualPortgroup)
			if _, fault := waitTask(ctx, o.DestroyTask(ctx, &types.Destroy_Task{This: pg}).(*methods.Destroy_TaskBody).Res.Returnval); fault != nil {
				return nil, fault
			}
		}
		for _, m := range slices.Clone(s.config().Host) {
			remove := &types.DistributedVirtualSwitchHostMemberConfigSpec{Operation: "remove", Host: *m.Config.Host}
			if fault := s.setMember(ctx, remove); fault != nil {
				return nil, fault
			}
		}
		return waitTask(ctx, s.DistributedVirtualSwitch.DestroyTask(ctx, req).(*methods.Destroy_TaskBody).Res.Returnval)
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: task}}
}
