// Command vcenter is a simulated vCenter that the Terraform vSphere provider can deploy to.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	log.SetPrefix("vcenter: ")
	opt := defaults()
	flag.StringVar(&opt.Listen, "l", opt.Listen, "address to listen on; port 0 picks a free one")
	flag.IntVar(&opt.Clusters, "clusters", opt.Clusters, "clusters in datacenter DC0: DC0_C0, DC0_C1, ...")
	flag.IntVar(&opt.Hosts, "hosts", opt.Hosts, "hosts in each cluster: DC0_C0_H0, ...")
	flag.IntVar(&opt.Pnics, "pnics", opt.Pnics, "physical NICs of each host: vmnic0, vmnic1, ...")
	flag.IntVar(&opt.Datastores, "datastores", opt.Datastores, "datastores that every host mounts: LocalDS_0, ...")
	flag.IntVar(&opt.Luns, "luns", opt.Luns, "shared LUNs that nothing is on: naa.60000000000000000000000000000001, ...")
	flag.IntVar(&opt.Machines, "machines", opt.Machines, "running machines in each resource pool: DC0_C0_RP0_VM0, ...")
	flag.StringVar(&opt.Template, "template", opt.Template, "name of a template machine to make; empty: none")
	asJSON := flag.Bool("json", false, "print the ready line as JSON")
	detached := flag.Bool("detached", false, "stay when standard input closes")
	trace := flag.Bool("trace", false, "write the SOAP traffic to standard error")
	flag.Parse()
	simulator.Trace = *trace

	// Signals first: one that comes while the inventory is being built must not leave its directories behind.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)

	vc, err := start(opt)
	if err != nil {
		log.Fatal(err)
	}
	if *asJSON {
		err = json.NewEncoder(os.Stdout).Encode(vc.ready())
	} else {
		_, err = fmt.Printf("vCenter at %s, user %s, password %s\n", vc.ready().URL, vc.ready().User, vc.ready().Password)
	}
	if err != nil {
		log.Print(err)
	}

	// Whoever started the simulator holds its standard input: when that process dies, the pipe closes.
	closed := make(chan struct{})
	if !*detached {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			close(closed)
		}()
	}
	select {
	case <-stop:
	case <-closed:
	}
	vc.stop()
}
