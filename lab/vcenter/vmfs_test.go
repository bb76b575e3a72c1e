package main

import (
	"testing"

	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// A LUN is free until a datastore is on it; a file system is there for all hosts of a cluster, and goes from all.
func TestVmfs(t *testing.T) {
	vc := startTest(t, defaults())
	ctx, c := login(t, vc)
	host, err := find.NewFinder(c.Client).HostSystem(ctx, "/DC0/host/DC0_C0/DC0_C0_H0")
	if err != nil {
		t.Fatal(err)
	}
	system, err := host.ConfigManager().DatastoreSystem(ctx)
	if err != nil {
		t.Fatal(err)
	}
	free := func() int {
		luns, err := system.QueryAvailableDisksForVmfs(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return len(luns)
	}
	luns, err := system.QueryAvailableDisksForVmfs(ctx)
	if err != nil || len(luns) != 4 {
		t.Fatalf("%d LUNs: %v", len(luns), err)
	}
	options, err := system.QueryVmfsDatastoreCreateOptions(ctx, luns[0].DevicePath)
	if err != nil {
		t.Fatal(err)
	}
	spec := options[0].Spec.(*types.VmfsDatastoreCreateSpec)
	spec.Vmfs.VolumeName = "files"
	ds, err := system.CreateVmfsDatastore(ctx, *spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := system.QueryVmfsDatastoreCreateOptions(ctx, luns[0].DevicePath); err == nil {
		t.Error("a LUN was offered that a datastore is on")
	}
	more, err := methods.QueryVmfsDatastoreExtendOptions(ctx, c, &types.QueryVmfsDatastoreExtendOptions{
		This: system.Reference(), Datastore: ds.Reference(), DevicePath: luns[1].DevicePath,
	})
	if err != nil {
		t.Fatal(err)
	}
	extend := types.ExtendVmfsDatastore{
		This: system.Reference(), Datastore: ds.Reference(), Spec: *more.Returnval[0].Spec.(*types.VmfsDatastoreExtendSpec),
	}
	if _, err := methods.ExtendVmfsDatastore(ctx, c, &extend); err != nil {
		t.Fatal(err)
	}
	if _, err := methods.ExtendVmfsDatastore(ctx, c, &extend); err == nil {
		t.Error("a LUN was taken twice")
	}
	var got mo.Datastore
	if err := ds.Properties(ctx, ds.Reference(), []string{"info", "host"}, &got); err != nil {
		t.Fatal(err)
	}
	if extents := got.Info.(*types.VmfsDatastoreInfo).Vmfs.Extent; len(extents) != 2 || len(got.Host) != 3 {
		t.Errorf("%d extents on %d hosts", len(extents), len(got.Host))
	}
	if n := free(); n != 2 {
		t.Errorf("%d LUNs are free", n)
	}
	if err := system.Remove(ctx, ds); err != nil {
		t.Fatal(err)
	}
	if n := free(); n != 4 {
		t.Errorf("%d LUNs are free after all", n)
	}
}
