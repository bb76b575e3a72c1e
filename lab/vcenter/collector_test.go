package main

import (
	"sync"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func TestEveryWaiterIsToldOfEveryChange(t *testing.T) {
	vc := startTest(t, defaults())
	ctx, c := login(t, vc)
	dc, err := object.NewRootFolder(c.Client).CreateDatacenter(ctx, "watched")
	if err != nil {
		t.Fatal(err)
	}
	pc := property.DefaultCollector(c.Client)
	filter := new(property.WaitFilter).Add(dc.Reference(), "Datacenter", []string{"name"})
	if _, err := pc.CreateFilter(ctx, filter.CreateFilter); err != nil {
		t.Fatal(err)
	}
	updates := func(version string) *types.UpdateSet {
		res, err := methods.WaitForUpdatesEx(ctx, c.Client, &types.WaitForUpdatesEx{This: pc.Reference(), Version: version})
		if err != nil {
			t.Error(err)
			return nil
		}
		return res.Returnval
	}
	first, second := updates(""), updates("")
	if first.Version == second.Version {
		t.Fatal("two first calls share a version")
	}
	var wg sync.WaitGroup
	for _, version := range []string{first.Version, second.Version} {
		wg.Go(func() {
			set := updates(version)
			if set == nil || len(set.FilterSet) != 1 || set.FilterSet[0].ObjectSet[0].ChangeSet[0].Val != "renamed" {
				t.Errorf("waiter of version %s was told %+v", version, set)
			}
		})
	}
	task, err := dc.Rename(ctx, "renamed")
	if err != nil {
		t.Fatal(err)
	}
	if err := task.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
}
