package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/pbm"
	"github.com/vmware/govmomi/pbm/methods"
	pbmsim "github.com/vmware/govmomi/pbm/simulator"
	pbmtypes "github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// policyManager is the manager of storage policies. The simulator's keeps profiles; this one also updates
// them and knows which machines and disks use them.
type policyManager struct {
	*pbmsim.ProfileManager
}

func (m *policyManager) Reference() ref { return m.ProfileManager.ManagedObjectReference }

// installPolicies needs the server to be up: that is when the simulator registers its PBM endpoint.
func installPolicies(ctx *reqContext) {
	r := ctx.For(pbm.Path).Map
	for _, o := range r.AllReference("PbmProfileProfileManager") {
		r.Put(&policyManager{o.(*pbmsim.ProfileManager)})
	}
}

// policyUse says which policy each machine's files ("vm-1") and disks ("vm-1:2000") have.
var policyUse = struct {
	sync.Mutex
	byKey map[string]string
}{byKey: map[string]string{}}

// associate keeps the policies that a machine's specification names. It comes after the simulator's method,
// which gives new disks their keys.
func associate(vm ref, spec *types.VirtualMachineConfigSpec) {
	policyUse.Lock()
	defer policyUse.Unlock()
	setPolicy(vm.Value, spec.VmProfile)
	for _, change := range spec.DeviceChange {
		d := change.GetVirtualDeviceConfigSpec()
		key := diskPolicyKey(vm, d.Device.GetVirtualDevice().Key)
		if d.Operation == types.VirtualDeviceConfigSpecOperationRemove {
			delete(policyUse.byKey, key)
		} else {
			setPolicy(key, d.Profile)
		}
	}
}

func associateDisk(vm ref, disk int32, profiles []types.BaseVirtualMachineProfileSpec) {
	policyUse.Lock()
	defer policyUse.Unlock()
	setPolicy(diskPolicyKey(vm, disk), profiles)
}

func diskPolicyKey(vm ref, disk int32) string { return vm.Value + ":" + strconv.Itoa(int(disk)) }

func setPolicy(key string, profiles []types.BaseVirtualMachineProfileSpec) {
	for _, p := range profiles {
		switch p := p.(type) {
		case *types.VirtualMachineDefinedProfileSpec:
			policyUse.byKey[key] = p.ProfileId
		case *types.VirtualMachineEmptyProfileSpec, *types.VirtualMachineDefaultProfileSpec:
			delete(policyUse.byKey, key)
		}
	}
}

// forgetPolicies drops a machine that is gone.
func forgetPolicies(vm ref) {
	policyUse.Lock()
	defer policyUse.Unlock()
	for key := range policyUse.byKey {
		if key == vm.Value || strings.HasPrefix(key, vm.Value+":") {
			delete(policyUse.byKey, key)
		}
	}
}

func usersOf(policy string) []string {
	policyUse.Lock()
	defer policyUse.Unlock()
	var out []string
	for key, p := range policyUse.byKey {
		if p == policy {
			out = append(out, key)
		}
	}
	return out
}

func (m *policyManager) find(id pbmtypes.PbmProfileId) *pbmtypes.PbmCapabilityProfile {
	r := m.ProfileManager.PbmRetrieveContent(&pbmtypes.PbmRetrieveContent{ProfileIds: []pbmtypes.PbmProfileId{id}}).(*methods.PbmRetrieveContentBody)
	if r.Res == nil {
		return nil
	}
	p, _ := r.Res.Returnval[0].(*pbmtypes.PbmCapabilityProfile)
	return p
}

func (m *policyManager) named(name string) *pbmtypes.PbmCapabilityProfile {
	all := m.ProfileManager.PbmQueryProfileDetails(&pbmtypes.PbmQueryProfileDetails{}).(*methods.PbmQueryProfileDetailsBody)
	for _, d := range all.Res.Returnval {
		if p := d.Profile.GetPbmCapabilityProfile(); p.Name == name {
			return p
		}
	}
	return nil
}

func (m *policyManager) PbmCreate(ctx *reqContext, req *pbmtypes.PbmCreate) soap.HasFault {
	if m.named(req.CreateSpec.Name) != nil {
		return &methods.PbmCreateBody{Fault_: simulator.Fault("", &pbmtypes.PbmDuplicateName{Name: req.CreateSpec.Name})}
	}
	if req.CreateSpec.Category == "" {
		req.CreateSpec.Category = string(pbmtypes.PbmProfileCategoryEnumREQUIREMENT)
	}
	return m.ProfileManager.PbmCreate(ctx, req)
}

func (m *policyManager) PbmUpdate(ctx *reqContext, req *pbmtypes.PbmUpdate) soap.HasFault {
	p := m.find(req.ProfileId)
	if p == nil {
		return &methods.PbmUpdateBody{Fault_: notFound(req.ProfileId)}
	}
	if other := m.named(req.UpdateSpec.Name); req.UpdateSpec.Name != "" && other != nil && other.ProfileId != req.ProfileId {
		return &methods.PbmUpdateBody{Fault_: simulator.Fault("", &pbmtypes.PbmDuplicateName{Name: req.UpdateSpec.Name})}
	}
	if req.UpdateSpec.Name != "" {
		p.Name = req.UpdateSpec.Name
	}
	if req.UpdateSpec.Description != "" {
		p.Description = req.UpdateSpec.Description
	}
	if req.UpdateSpec.Constraints != nil {
		p.Constraints = req.UpdateSpec.Constraints
	}
	p.GenerationId++
	p.LastUpdatedTime, p.LastUpdatedBy = time.Now(), ctx.Session.UserName
	return &methods.PbmUpdateBody{Res: &pbmtypes.PbmUpdateResponse{}}
}

// PbmDelete refuses policies in use, in the outcome of each as vCenter does.
func (m *policyManager) PbmDelete(_ *reqContext, req *pbmtypes.PbmDelete) soap.HasFault {
	body := &methods.PbmDeleteBody{Res: &pbmtypes.PbmDeleteResponse{}}
	for _, id := range req.ProfileId {
		outcome := pbmtypes.PbmProfileOperationOutcome{ProfileId: id}
		if users := usersOf(id.UniqueId); len(users) != 0 {
			outcome.Fault = &types.LocalizedMethodFault{
				Fault:            &pbmtypes.PbmResourceInUse{},
				LocalizedMessage: fmt.Sprintf("storage policy %s is used by %s", id.UniqueId, strings.Join(users, ", ")),
			}
		} else {
			m.ProfileManager.PbmDelete(&pbmtypes.PbmDelete{This: req.This, ProfileId: []pbmtypes.PbmProfileId{id}})
		}
		body.Res.Returnval = append(body.Res.Returnval, outcome)
	}
	return body
}

func (m *policyManager) PbmRetrieveContent(req *pbmtypes.PbmRetrieveContent) soap.HasFault {
	for _, id := range req.ProfileIds {
		if m.find(id) == nil {
			return &methods.PbmRetrieveContentBody{Fault_: notFound(id)}
		}
	}
	return m.ProfileManager.PbmRetrieveContent(req)
}

// notFound has the words by which the provider knows that a policy is gone.
func notFound(id pbmtypes.PbmProfileId) *soap.Fault {
	return simulator.Fault("Profile not found. Id: "+id.UniqueId, &types.InvalidArgument{InvalidProperty: "profileId"})
}

func (m *policyManager) PbmQueryAssociatedProfile(_ *reqContext, req *pbmtypes.PbmQueryAssociatedProfile) soap.HasFault {
	policyUse.Lock()
	defer policyUse.Unlock()
	res := &pbmtypes.PbmQueryAssociatedProfileResponse{}
	if id, ok := policyUse.byKey[req.Entity.Key]; ok {
		res.Returnval = []pbmtypes.PbmProfileId{{UniqueId: id}}
	}
	return &methods.PbmQueryAssociatedProfileBody{Res: res}
}

func (m *policyManager) PbmQueryAssociatedEntity(ctx *reqContext, req *pbmtypes.PbmQueryAssociatedEntity) soap.HasFault {
	res := &pbmtypes.PbmQueryAssociatedEntityResponse{}
	for _, key := range usersOf(req.Profile.UniqueId) {
		kind := "virtualMachine"
		if strings.Contains(key, ":") {
			kind = "virtualDiskId"
		}
		if req.EntityType == "" || req.EntityType == kind {
			res.Returnval = append(res.Returnval, pbmtypes.PbmServerObjectRef{
				ObjectType: kind, Key: key, ServerUuid: ctx.For(vim25.Path).Map.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content.About.InstanceUuid,
			})
		}
	}
	return &methods.PbmQueryAssociatedEntityBody{Res: res}
}
