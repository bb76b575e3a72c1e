package main

import (
	"context"
	"testing"

	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func ports(vlan types.BaseVmwareDistributedVirtualSwitchVlanSpec, active ...string) *types.VMwareDVSPortSetting {
	return &types.VMwareDVSPortSetting{
		Vlan: vlan,
		UplinkTeamingPolicy: &types.VmwareUplinkPortTeamingPolicy{
			UplinkPortOrder: &types.VMwareUplinkPortOrderPolicy{ActiveUplinkPort: active},
		},
	}
}

func pvlan(operation string, primary, secondary int32, kind string) types.VMwareDVSPvlanConfigSpec {
	return types.VMwareDVSPvlanConfigSpec{Operation: operation, PvlanEntry: types.VMwareDVSPvlanMapEntry{
		PrimaryVlanId: primary, SecondaryVlanId: secondary, PvlanType: kind,
	}}
}

func ended(ctx context.Context, task *object.Task, err error) error {
	if err != nil {
		return err
	}
	return task.WaitEx(ctx)
}

func TestSwitchRefusesWhatVcenterRefuses(t *testing.T) {
	vc := startTest(t, defaults())
	ctx, c := login(t, vc)
	finder := find.NewFinder(c.Client)
	dc, err := finder.DefaultDatacenter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	folders, err := dc.Folders(ctx)
	if err != nil {
		t.Fatal(err)
	}
	spec := &types.VMwareDVSConfigSpec{
		DVSConfigSpec: types.DVSConfigSpec{
			Name:             "fabric",
			UplinkPortPolicy: &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: []string{"uplink1", "uplink2"}},
		},
		PvlanConfigSpec: []types.VMwareDVSPvlanConfigSpec{
			pvlan("add", 100, 100, "promiscuous"), pvlan("add", 100, 101, "isolated"),
		},
	}
	create, err := folders.NetworkFolder.CreateDVS(ctx, types.DVSCreateSpec{ConfigSpec: spec})
	if err != nil {
		t.Fatal(err)
	}
	info, err := create.WaitForResultEx(ctx)
	if err != nil {
		t.Fatal(err)
	}
	dvs := object.NewDistributedVirtualSwitch(c.Client, info.Result.(types.ManagedObjectReference))

	createGroup := func(name string, setting *types.VMwareDVSPortSetting) error {
		res, err := methods.CreateDVPortgroup_Task(ctx, c.Client, &types.CreateDVPortgroup_Task{
			This: dvs.Reference(), Spec: types.DVPortgroupConfigSpec{Name: name, Type: "earlyBinding", DefaultPortConfig: setting},
		})
		if err != nil {
			return err
		}
		return object.NewTask(c.Client, res.Returnval).WaitEx(ctx)
	}
	reconfigure := func(change types.VMwareDVSConfigSpec) error {
		var p mo.DistributedVirtualSwitch
		if err := dvs.Properties(ctx, dvs.Reference(), []string{"config"}, &p); err != nil {
			return err
		}
		change.ConfigVersion = p.Config.GetDVSConfigInfo().ConfigVersion
		task, err := dvs.Reconfigure(ctx, &change)
		return ended(ctx, task, err)
	}
	addLag := func(name string) error {
		res, err := methods.UpdateDVSLacpGroupConfig_Task(ctx, c.Client, &types.UpdateDVSLacpGroupConfig_Task{
			This: dvs.Reference(), LacpGroupSpec: []types.VMwareDvsLacpGroupSpec{{
				Operation: "add", LacpGroupConfig: types.VMwareDvsLacpGroupConfig{Name: name, Mode: "active", UplinkNum: 2},
			}},
		})
		if err != nil {
			return err
		}
		return object.NewTask(c.Client, res.Returnval).WaitEx(ctx)
	}
	isolated := &types.VmwareDistributedVirtualSwitchPvlanSpec{PvlanId: 101}
	for _, step := range []struct {
		what string
		do   func() error
		ok   bool
	}{
		{"a port group of the map", func() error { return createGroup("guests", ports(isolated, "uplink1")) }, true},
		{"a private VLAN that is not in it", func() error {
			return createGroup("others", ports(&types.VmwareDistributedVirtualSwitchPvlanSpec{PvlanId: 102}))
		}, false},
		{"removing an entry in use", func() error {
			return reconfigure(types.VMwareDVSConfigSpec{PvlanConfigSpec: []types.VMwareDVSPvlanConfigSpec{pvlan("remove", 100, 101, "isolated")}})
		}, false},
		{"an uplink that the switch lacks", func() error { return createGroup("lan", ports(nil, "uplink3")) }, false},
		{"a LAG before it is there", func() error { return createGroup("lan", ports(nil, "lag1")) }, false},
		{"making the LAG", func() error { return addLag("lag1") }, true},
		{"a LAG beside an uplink", func() error { return createGroup("lan", ports(nil, "lag1", "uplink1")) }, false},
		{"a LAG alone", func() error { return createGroup("lan", ports(nil, "lag1")) }, true},
		{"a LAG for the switch", func() error {
			return reconfigure(types.VMwareDVSConfigSpec{DVSConfigSpec: types.DVSConfigSpec{DefaultPortConfig: ports(nil, "lag1")}})
		}, true},
		{"LACP of the older kind", func() error {
			lacp := &types.VMwareDVSPortSetting{LacpPolicy: &types.VMwareUplinkLacpPolicy{Enable: &types.BoolPolicy{Value: ptr(true)}}}
			return reconfigure(types.VMwareDVSConfigSpec{DVSConfigSpec: types.DVSConfigSpec{DefaultPortConfig: lacp}})
		}, false},
	} {
		if err := step.do(); (err == nil) != step.ok {
			t.Errorf("%s: %v", step.what, err)
		}
	}
}
