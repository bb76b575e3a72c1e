package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"
)

func TestMergeLeavesUnsetFieldsAsTheyAre(t *testing.T) {
	cfg := defaultPortSetting([]string{"uplink1", "uplink2"})
	merge(cfg, &types.VMwareDVSPortSetting{
		SecurityPolicy: &types.DVSSecurityPolicy{MacChanges: &types.BoolPolicy{Value: ptr(true)}},
		UplinkTeamingPolicy: &types.VmwareUplinkPortTeamingPolicy{
			UplinkPortOrder: &types.VMwareUplinkPortOrderPolicy{ActiveUplinkPort: []string{"uplink2"}},
		},
	})
	if p := cfg.SecurityPolicy; *p.AllowPromiscuous.Value || !*p.MacChanges.Value || *p.ForgedTransmits.Value {
		t.Errorf("security policy %v %v %v, want only MAC changes allowed", *p.AllowPromiscuous.Value, *p.MacChanges.Value, *p.ForgedTransmits.Value)
	}
	if p := cfg.UplinkTeamingPolicy; p.Policy.Value != "loadbalance_srcid" || len(p.UplinkPortOrder.ActiveUplinkPort) != 1 {
		t.Errorf("teaming %v with uplinks %v, want the policy kept and the order replaced", p.Policy.Value, p.UplinkPortOrder.ActiveUplinkPort)
	}
}

func TestMergeConvertsBetweenValuesAndPointers(t *testing.T) {
	cfg := types.DVPortgroupConfigInfo{NumPorts: 8}
	merge(&cfg, &types.DVPortgroupConfigSpec{Name: "a", AutoExpand: ptr(false)})
	if cfg.Name != "a" || cfg.NumPorts != 8 || cfg.AutoExpand == nil || *cfg.AutoExpand {
		t.Errorf("merged to %+v", cfg)
	}
}

func TestMergeTurnsOffWhatEverySpecCarries(t *testing.T) {
	policy := &types.VMwareDVSPortgroupPolicy{VlanOverrideAllowed: true}
	merge(policy, &types.VMwareDVSPortgroupPolicy{})
	if policy.VlanOverrideAllowed {
		t.Error("override still allowed")
	}
}
