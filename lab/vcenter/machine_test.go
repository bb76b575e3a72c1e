package main

import (
	"context"
	"strings"
	"testing"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/pbm"
	pbmmethods "github.com/vmware/govmomi/pbm/methods"
	pbmtypes "github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func cloneTemplate(t *testing.T, ctx context.Context, c *govmomi.Client, name string, spec types.VirtualMachineCloneSpec) (*object.VirtualMachine, *find.Finder) {
	t.Helper()
	finder := find.NewFinder(c.Client)
	dc, err := finder.Datacenter(ctx, "DC0")
	if err != nil {
		t.Fatal(err)
	}
	finder.SetDatacenter(dc)
	template, err := finder.VirtualMachine(ctx, "template")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := finder.ResourcePool(ctx, "DC0_C0/Resources")
	if err != nil {
		t.Fatal(err)
	}
	folders, err := dc.Folders(ctx)
	if err != nil {
		t.Fatal(err)
	}
	poolRef := pool.Reference()
	spec.Location.Pool = &poolRef
	task, err := template.Clone(ctx, folders.VmFolder, name, spec)
	if err != nil {
		t.Fatal(err)
	}
	info, err := task.WaitForResult(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return object.NewVirtualMachine(c.Client, info.Result.(ref)), finder
}

func properties(t *testing.T, ctx context.Context, vm *object.VirtualMachine) *mo.VirtualMachine {
	t.Helper()
	var o mo.VirtualMachine
	if err := vm.Properties(ctx, vm.Reference(), nil, &o); err != nil {
		t.Fatal(err)
	}
	return &o
}

func TestCloneStaysInTheClusterAndKeepsTheFirmware(t *testing.T) {
	vc := startTest(t, defaults())
	ctx, c := login(t, vc)
	vm, _ := cloneTemplate(t, ctx, c, "clone", types.VirtualMachineCloneSpec{})
	host, err := vm.HostSystem(ctx)
	if err != nil {
		t.Fatal(err)
	}
	name, err := host.ObjectName(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(name, "DC0_C0_") {
		t.Errorf("clone runs on %s, want a host of DC0_C0", name)
	}
	if fw := properties(t, ctx, vm).Config.Firmware; fw != "efi" {
		t.Errorf("firmware %s, want efi", fw)
	}
}

func TestRelocateMovesFilesAndReferences(t *testing.T) {
	vc := startTest(t, defaults())
	ctx, c := login(t, vc)
	vm, finder := cloneTemplate(t, ctx, c, "mover", types.VirtualMachineCloneSpec{})
	target, err := finder.Datastore(ctx, "LocalDS_3")
	if err != nil {
		t.Fatal(err)
	}
	to := target.Reference()
	task, err := vm.Relocate(ctx, types.VirtualMachineRelocateSpec{Datastore: &to}, types.VirtualMachineMovePriorityDefaultPriority)
	if err != nil {
		t.Fatal(err)
	}
	if err := task.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	p := properties(t, ctx, vm)
	if len(p.Datastore) != 1 || p.Datastore[0] != to || !strings.HasPrefix(p.Config.Files.VmPathName, "[LocalDS_3] ") {
		t.Errorf("machine on %v, file %s, want only LocalDS_3", p.Datastore, p.Config.Files.VmPathName)
	}
	for _, f := range p.LayoutEx.File {
		if !strings.HasPrefix(f.Name, "[LocalDS_3] ") {
			t.Errorf("file %s stayed behind", f.Name)
		}
	}
	if _, err := target.Stat(ctx, "mover/mover.vmdk"); err != nil {
		t.Errorf("disk did not move: %v", err)
	}
	var from mo.Datastore
	source, err := finder.Datastore(ctx, "LocalDS_0")
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Properties(ctx, source.Reference(), []string{"vm"}, &from); err != nil {
		t.Fatal(err)
	}
	for _, left := range from.Vm {
		if left == vm.Reference() {
			t.Error("LocalDS_0 still lists the machine")
		}
	}
}

func TestPoliciesOfMachinesAndDisks(t *testing.T) {
	vc := startTest(t, defaults())
	ctx, c := login(t, vc)
	pc, err := pbm.NewClient(ctx, c.Client)
	if err != nil {
		t.Fatal(err)
	}
	create, err := pbm.CreateCapabilityProfileSpec(pbm.CapabilityProfileCreateSpec{Name: "gold", SubProfileName: "Tag based placement"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := pc.CreateProfile(ctx, *create)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pc.CreateProfile(ctx, *create); err == nil {
		t.Error("a second policy got the same name")
	}
	if found, err := pc.ProfileIDByName(ctx, "gold"); err != nil || found != id.UniqueId {
		t.Errorf("policy by name: %s, %v", found, err)
	}
	if err := pc.UpdateProfile(ctx, *id, pbmtypes.PbmCapabilityProfileUpdateSpec{Name: "platinum"}); err != nil {
		t.Fatal(err)
	}

	vm, _ := cloneTemplate(t, ctx, c, "clone", types.VirtualMachineCloneSpec{})
	disk := object.VirtualDeviceList(properties(t, ctx, vm).Config.Hardware.Device).SelectByType((*types.VirtualDisk)(nil))[0]
	profile := []types.BaseVirtualMachineProfileSpec{&types.VirtualMachineDefinedProfileSpec{ProfileId: id.UniqueId}}
	task, err := vm.Reconfigure(ctx, types.VirtualMachineConfigSpec{VmProfile: profile, DeviceChange: []types.BaseVirtualDeviceConfigSpec{
		&types.VirtualDeviceConfigSpec{Operation: types.VirtualDeviceConfigSpecOperationEdit, Device: disk, Profile: profile},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := task.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	for _, entity := range []pbmtypes.PbmServerObjectRef{
		{ObjectType: "virtualMachine", Key: vm.Reference().Value},
		{ObjectType: "virtualDiskId", Key: diskPolicyKey(vm.Reference(), disk.GetVirtualDevice().Key)},
	} {
		res, err := pbmmethods.PbmQueryAssociatedProfile(ctx, pc, &pbmtypes.PbmQueryAssociatedProfile{This: pc.ServiceContent.ProfileManager, Entity: entity})
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Returnval) != 1 || res.Returnval[0] != *id {
			t.Errorf("%s %s has policies %v, want %s", entity.ObjectType, entity.Key, res.Returnval, id.UniqueId)
		}
	}

	if out, err := pc.DeleteProfile(ctx, []pbmtypes.PbmProfileId{*id}); err != nil || out[0].Fault == nil {
		t.Errorf("a policy in use was deleted: %v, %v", out, err)
	}
	if task, err = vm.Destroy(ctx); err == nil {
		err = task.Wait(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := pc.DeleteProfile(ctx, []pbmtypes.PbmProfileId{*id}); err != nil || out[0].Fault != nil {
		t.Errorf("a policy that nothing uses was kept: %v, %v", out, err)
	}
	if _, err := pc.RetrieveContent(ctx, []pbmtypes.PbmProfileId{*id}); err == nil || !strings.Contains(err.Error(), "Profile not found") {
		t.Errorf("a deleted policy gives %v, want Profile not found", err)
	}
}

func TestSeed(t *testing.T) {
	opt := defaults()
	opt.Clusters, opt.Hosts, opt.Pnics, opt.Datastores, opt.Template = 2, 4, 6, 3, ""
	vc := startTest(t, opt)
	ctx, c := login(t, vc)
	finder := find.NewFinder(c.Client)
	hosts, err := finder.HostSystemList(ctx, "/DC0/host/DC0_C*/*")
	if err != nil || len(hosts) != 8 {
		t.Fatalf("hosts %v, %v, want 2 clusters of 4", hosts, err)
	}
	var host mo.HostSystem
	if err := hosts[7].Properties(ctx, hosts[7].Reference(), []string{"config.network.pnic", "datastore"}, &host); err != nil {
		t.Fatal(err)
	}
	if len(host.Config.Network.Pnic) != 6 || len(host.Datastore) != 3 {
		t.Errorf("%d NICs and %d datastores, want 6 and 3", len(host.Config.Network.Pnic), len(host.Datastore))
	}
	if vms, err := finder.VirtualMachineList(ctx, "/DC0/vm/*"); err == nil {
		t.Errorf("machines %v, want none", vms)
	}
}

func TestRefusesAnEmptyInventory(t *testing.T) {
	opt := defaults()
	opt.Hosts = 0
	if _, err := start(opt); err == nil || err.Error() != "-hosts 0: at least 1 is needed" {
		t.Errorf("start says %v", err)
	}
}
