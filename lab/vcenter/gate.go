package main

import (
	"log"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// settleLimit bounds how long a request waits for the tasks it started. A task that its client drives itself
// (TaskManager.CreateTask) may never end.
const settleLimit = 20 * time.Second

// gate lets one request in at a time and holds it until the tasks it started have ended. The simulator locks
// the object a method is called on, not what the method touches beside it: parallel requests race for the lists
// of hosts, datastores and folders (the race detector shows it for machines made and changed at once).
type gate struct {
	entry sync.Mutex

	state   sync.Mutex
	running map[ref]bool
	changed chan struct{} // closed and replaced at each change of any object
}

func newGate() *gate { return &gate{running: map[ref]bool{}, changed: make(chan struct{})} }

// theGate is shared with the property collectors, which the simulator itself makes, one a session.
var theGate = newGate()

func installGate(r *simulator.Registry) *gate {
	theGate = newGate()
	r.AddHandler(theGate)
	return theGate
}

func (g *gate) pass(f func()) {
	g.entry.Lock()
	defer g.entry.Unlock()
	f()
	g.settle()
}

// settle waits for running tasks.
func (g *gate) settle() {
	late := time.After(settleLimit)
	for {
		g.state.Lock()
		n, changed := len(g.running), g.changed
		g.state.Unlock()
		if n == 0 {
			return
		}
		select {
		case <-changed:
		case <-late:
			g.state.Lock()
			log.Printf("tasks still running after %s, going on without them: %v", settleLimit, g.running)
			clear(g.running)
			g.state.Unlock()
			return
		}
	}
}

// change is closed at the next change of any object.
func (g *gate) change() <-chan struct{} {
	g.state.Lock()
	defer g.state.Unlock()
	return g.changed
}

func (g *gate) announce() {
	close(g.changed)
	g.changed = make(chan struct{})
}

func (g *gate) Reference() ref { return ref{Type: "Lab", Value: "gate"} }

func (g *gate) PutObject(*reqContext, mo.Reference) {
	g.state.Lock()
	defer g.state.Unlock()
	g.announce()
}

func (g *gate) RemoveObject(*reqContext, ref) {
	g.state.Lock()
	defer g.state.Unlock()
	g.announce()
}

func (g *gate) UpdateObject(_ *reqContext, o mo.Reference, changes []types.PropertyChange) {
	g.state.Lock()
	defer g.state.Unlock()
	if task, ok := o.(*mo.Task); ok {
		for _, c := range changes {
			switch c.Val {
			case types.TaskInfoStateRunning:
				g.running[task.Self] = true
			case types.TaskInfoStateSuccess, types.TaskInfoStateError:
				delete(g.running, task.Self)
			}
		}
	}
	g.announce()
}
