package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// process is a contestant that reads questions and writes turns, a line of JSON
// each.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors *strings.Builder
}

func startProcess(ctx context.Context, q question, dir, program string, args ...string) (*process, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReader(out), errors: &strings.Builder{}}
	cmd.Stderr = p.errors
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := json.NewEncoder(in).Encode(q); err != nil {
		p.Close()
		return nil, p.died(err)
	}
	return p, nil
}

func (p *process) turn(ctx context.Context) (turn, error) {
	if _, err := io.WriteString(p.in, "{}\n"); err != nil {
		return turn{}, p.died(err)
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return turn{}, p.died(err)
	}
	var t turn
	if err := json.Unmarshal(line, &t); err != nil {
		return turn{}, fmt.Errorf("it says %.200q: %w", line, err)
	}
	return t, nil
}

// died is the error with the process's last words.
func (p *process) died(err error) error {
	p.cmd.Process.Kill()
	p.cmd.Wait() // then all its words are here
	if words := strings.TrimSpace(p.errors.String()); words != "" {
		return fmt.Errorf("%w: %.2000s", err, words)
	}
	return err
}

func (p *process) Close() error {
	p.in.Close()
	return p.cmd.Wait()
}

// missingError says why there is no rival.
type missingError struct{ why string }

func (e *missingError) Error() string { return e.why }

// rivalPackage is what has to be installed.
const rivalPackage = "node-llama-cpp"

// startRival runs node-llama-cpp on the package that the others run on, which it
// looks for among its own.
func startRival(ctx context.Context, q question, o Options) (*process, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, &missingError{"node is not installed"}
	}
	if _, err := os.Stat(filepath.Join(o.Rival, "node_modules", rivalPackage)); errors.Is(err, os.ErrNotExist) {
		return nil, &missingError{"it is not installed; make bench-inference does it"}
	}
	return startProcess(ctx, q, o.Rival, node, "rival.mjs")
}
