package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
)

func startTest(t *testing.T, opt options) *vcenter {
	t.Helper()
	opt.Listen = "127.0.0.1:0"
	vc, err := start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(vc.stop)
	return vc
}

func login(t *testing.T, vc *vcenter) (context.Context, *govmomi.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	c, err := govmomi.NewClient(ctx, vc.server.URL, true)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, c
}

// The provider waits for all its tasks on the session's one property collector, from many goroutines.
func TestParallelTasksOnOneCollector(t *testing.T) {
	vc := startTest(t, defaults())
	ctx, c := login(t, vc)
	root := object.NewRootFolder(c.Client)
	dc, err := root.CreateDatacenter(ctx, "parallel")
	if err != nil {
		t.Fatal(err)
	}
	folders, err := dc.Folders(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			spec := types.DVSCreateSpec{ConfigSpec: &types.VMwareDVSConfigSpec{DVSConfigSpec: types.DVSConfigSpec{Name: "s" + string(rune('A'+i))}}}
			task, err := folders.NetworkFolder.CreateDVS(ctx, spec)
			if err == nil {
				err = task.WaitEx(ctx)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	children, err := folders.NetworkFolder.Children(ctx)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, c := range children {
		count[c.Reference().Type]++
	}
	if count["VmwareDistributedVirtualSwitch"] != 40 || count["DistributedVirtualPortgroup"] != 40 {
		t.Errorf("network folder holds %v, want 40 switches and their 40 uplink port groups", count)
	}
}
