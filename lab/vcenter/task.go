package main

import (
	"log"
	"runtime/debug"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// runTask starts a task on obj. A panic in it ends as a fault: a task's goroutine would take the process down.
func runTask(ctx *reqContext, obj mo.Reference, name string, run func() (types.AnyType, types.BaseMethodFault)) ref {
	return simulator.CreateTask(obj, name, func(*simulator.Task) (res types.AnyType, fault types.BaseMethodFault) {
		defer func() {
			if p := recover(); p != nil {
				log.Printf("panic in task %s: %v\n%s", name, p, debug.Stack())
				res, fault = nil, &types.SystemErrorFault{Reason: "panic in task " + name}
			}
		}()
		return run()
	}).Run(ctx)
}

// waitTask waits for a task that one of the simulator's own methods started.
func waitTask(ctx *reqContext, task ref) (types.AnyType, types.BaseMethodFault) {
	t := ctx.Map.Get(task).(*simulator.Task)
	t.Wait()
	if t.Info.Error != nil {
		return nil, t.Info.Error.Fault
	}
	return t.Info.Result, nil
}
