package hardware

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"helium/backend/hardware/tool"
)

// Power is what a card draws and may draw, in watts. What the driver does not tell
// is 0.
type Power struct {
	Draw int
	// Limit that holds now; Usual is the card's own.
	Limit, Usual int
	// Least and Most that a limit may be.
	Least, Most int
}

// Settable says whether the driver tells enough for a limit to be chosen.
func (p Power) Settable() bool { return p.Limit > 0 && p.Usual > 0 && 0 < p.Least && p.Least < p.Most }

// quietPercent of the usual limit still does most of the work: a card's last
// watts are its least useful ones.
const quietPercent = 60

// Quiet is the limit of the quiet profile, rounded up to what the card takes.
func (p Power) Quiet() int { return p.Within((p.Usual*quietPercent + 99) / 100) }

// Within is the nearest limit that the card takes.
func (p Power) Within(watts int) int { return min(max(watts, p.Least), p.Most) }

// ErrNoPower says that nothing tells a device's power.
var ErrNoPower = errors.New("no driver here tells how much power the device takes")

// NotAllowedError says that a limit can be set by an administrator only.
type NotAllowedError struct {
	// Command that an administrator could run.
	Command string
	// Said is what the driver answered.
	Said string
}

func (e *NotAllowedError) Error() string { return "set power limit: not permitted: " + e.Said }

// Limiter reads and sets how much power cards may take.
type Limiter struct {
	run runner
	drm string
}

// NewLimiter asks this computer's drivers.
func NewLimiter(log *slog.Logger) *Limiter {
	run := func(ctx context.Context, name string, args ...string) ([]byte, error) {
		out, err := sayAll(ctx, name, args...)
		if err != nil {
			log.Debug("power", "program", name, "err", err)
		}
		return out, err
	}
	return &Limiter{run: run, drm: "/sys/class/drm"}
}

// Power of a card; ErrNoPower where nothing tells it.
func (l *Limiter) Power(ctx context.Context, d Device) (Power, error) {
	switch d.Maker {
	case Nvidia:
		return l.nvidiaPower(ctx, d)
	case AMD:
		if runtime.GOOS == "linux" {
			return l.amdPower(d)
		}
	}
	return Power{}, ErrNoPower
}

// SetLimit has a card take no more than so many watts. A NotAllowedError says what
// an administrator could do. The limit is gone when the computer starts anew.
func (l *Limiter) SetLimit(ctx context.Context, d Device, watts int) error {
	switch d.Maker {
	case Nvidia:
		return l.nvidiaLimit(ctx, d, watts)
	case AMD:
		if runtime.GOOS == "linux" {
			return l.amdLimit(d, watts)
		}
	}
	return ErrNoPower
}

func (l *Limiter) nvidiaPower(ctx context.Context, d Device) (Power, error) {
	out, err := l.run(ctx, "nvidia-smi",
		"--query-gpu=pci.bus_id,power.draw,power.limit,power.default_limit,power.min_limit,power.max_limit", "--format=csv,noheader,nounits")
	if err != nil {
		return Power{}, fmt.Errorf("read power: %w", err)
	}
	cards, err := parsePower(string(out))
	if p, ok := cards[d.PCI]; ok {
		return p, nil
	}
	return Power{}, errors.Join(fmt.Errorf("nvidia-smi tells no power of the card at %s", d.PCI), err)
}

// parsePower reads "address, draw, limit, usual, least, most" lines by address.
// What is not told stands in brackets, and is 0.
func parsePower(out string) (map[string]Power, error) {
	r := csv.NewReader(strings.NewReader(out))
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read nvidia-smi: %w", err)
	}
	cards := map[string]Power{}
	var problems []error
	for _, row := range rows {
		if len(row) < 6 {
			problems = append(problems, fmt.Errorf("read nvidia-smi: line %.80q is not address, draw and four limits", strings.Join(row, ", ")))
			continue
		}
		address := pciAddress(strings.TrimSpace(row[0]))
		if address == "" {
			problems = append(problems, fmt.Errorf("read nvidia-smi: %.40q is no address", row[0]))
			continue
		}
		cards[address] = Power{
			Draw: watts(row[1], math.Round), Limit: watts(row[2], math.Round), Usual: watts(row[3], math.Round),
			Least: watts(row[4], math.Ceil), Most: watts(row[5], math.Floor),
		}
	}
	return cards, errors.Join(problems...)
}

// watts reads 125.50, without its unit or with it.
func watts(text string, round func(float64) float64) int {
	f, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "W")), 64)
	// Not-a-number fails both comparisons.
	if err != nil || !(f > 0 && f < 100_000) {
		return 0
	}
	return int(round(f))
}

func (l *Limiter) nvidiaLimit(ctx context.Context, d Device, watts int) error {
	args := []string{"-i", d.PCI, "-pl", strconv.Itoa(watts)}
	out, err := l.run(ctx, "nvidia-smi", args...)
	return nvidiaSaid(string(out), err, append([]string{"nvidia-smi"}, args...))
}

// nvidiaSaid reads what nvidia-smi -pl answered: some versions end with success
// though they did nothing.
func nvidiaSaid(out string, err error, command []string) error {
	said := firstLine(out)
	lower := strings.ToLower(out)
	switch {
	case strings.Contains(lower, "permission"), strings.Contains(lower, "administrator"), strings.Contains(lower, "root privileges"):
		return &NotAllowedError{Command: adminCommand(command), Said: said}
	case err == nil && (strings.Contains(lower, "was set to") || strings.Contains(lower, "was already")):
		return nil
	case err != nil:
		return fmt.Errorf("set power limit: %w: %s", err, said)
	}
	return fmt.Errorf("set power limit: nvidia-smi answers %q", said)
}

func adminCommand(command []string) string {
	if runtime.GOOS == "windows" {
		return strings.Join(command, " ")
	}
	return "sudo " + strings.Join(command, " ")
}

func firstLine(out string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(out), "\n")
	return strings.ToValidUTF8(strings.TrimSpace(line[:min(len(line), 200)]), "")
}

// amdFiles is the folder in which the amdgpu driver tells a card's power.
func (l *Limiter) amdFiles(d Device) (string, error) {
	paths, err := filepath.Glob(filepath.Join(l.drm, "card[0-9]*", "device", "hwmon", "hwmon*", "power1_cap"))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", l.drm, err)
	}
	for _, path := range paths {
		dir := filepath.Dir(path)
		if slotName(os.DirFS(filepath.Dir(filepath.Dir(dir))), ".") == d.PCI && d.PCI != "" {
			return dir, nil
		}
	}
	return "", ErrNoPower
}

// amdPower reads millionths of a watt. A driver that does not tell the usual limit
// begins with it, but so may an owner's own; then it isn't known.
func (l *Limiter) amdPower(d Device) (Power, error) {
	dir, err := l.amdFiles(d)
	if err != nil {
		return Power{}, err
	}
	read := func(name string, round func(float64) float64) int {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return 0
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		if err != nil || n <= 0 || n > 100_000_000_000 {
			return 0
		}
		return int(round(float64(n) / 1e6))
	}
	p := Power{
		Draw: read("power1_average", math.Round), Limit: read("power1_cap", math.Round), Usual: read("power1_cap_default", math.Round),
		Least: read("power1_cap_min", math.Ceil), Most: read("power1_cap_max", math.Floor),
	}
	if p.Draw == 0 {
		p.Draw = read("power1_input", math.Round)
	}
	if p.Least == 0 && p.Most > 0 {
		p.Least = 1 // a card may take any
	}
	return p, nil
}

func (l *Limiter) amdLimit(d Device, watts int) error {
	dir, err := l.amdFiles(d)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "power1_cap")
	err = os.WriteFile(path, []byte(strconv.Itoa(watts*1_000_000)), 0o644)
	if errors.Is(err, fs.ErrPermission) {
		return &NotAllowedError{
			Command: fmt.Sprintf("echo %d | sudo tee %s", watts*1_000_000, path), Said: "only an administrator may write " + filepath.Base(path),
		}
	}
	if err != nil {
		return fmt.Errorf("set power limit: %w", err)
	}
	return nil
}

// setTime is how long a driver's tool may take to set a limit.
const setTime = 10 * time.Second

func sayAll(ctx context.Context, name string, args ...string) ([]byte, error) {
	return tool.Ask(ctx, setTime, name, args...)
}
