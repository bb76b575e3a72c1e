package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// With this variable set, the test binary is the program itself.
const asProgram = "VCENTER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

type process struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	ready ready
	tmp   string
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], args...), tmp: t.TempDir()}
	p.cmd.Env = append(os.Environ(), asProgram+"=1", "TMPDIR="+p.tmp)
	p.cmd.Stderr = os.Stderr
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(line, &p.ready); err != nil {
		t.Fatalf("ready line %q: %v", line, err)
	}
	return p
}

// ends fails the test unless the process ends by itself and leaves no file.
func (p *process) ends(t *testing.T) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("exit: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still running after 10 s")
	}
	if left, _ := filepath.Glob(filepath.Join(p.tmp, "*")); len(left) != 0 {
		t.Errorf("files left behind: %v", left)
	}
}

func TestEndsWhenStandardInputCloses(t *testing.T) {
	p := startProcess(t, "-json", "-l", "127.0.0.1:0")
	if p.ready.Server == "127.0.0.1:0" || p.ready.URL != "https://"+p.ready.Server+"/sdk" || p.ready.Pid != p.cmd.Process.Pid {
		t.Errorf("ready line %+v does not tell where it listens", p.ready)
	}
	_ = p.stdin.Close()
	p.ends(t)
}

func TestEndsOnSignal(t *testing.T) {
	p := startProcess(t, "-json", "-l", "127.0.0.1:0")
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.ends(t)
}

func TestDetachedOutlivesStandardInput(t *testing.T) {
	p := startProcess(t, "-json", "-l", "127.0.0.1:0", "-detached")
	_ = p.stdin.Close()
	time.Sleep(300 * time.Millisecond)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("gone although detached: %v", err)
	}
	p.ends(t)
}
