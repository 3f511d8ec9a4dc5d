package agent

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"helium/app/api"
	"helium/backend/hardware"
	"helium/backend/hardware/sense"
	"helium/backend/protocol"
	"helium/backend/yield"
)

func card() hardware.Device {
	return hardware.Device{Kind: hardware.GPU, Name: "NVIDIA GeForce RTX 3060", MemoryMB: 12288, Maker: hardware.Nvidia, PCI: "0000:02:00.0", Compute: 86}
}

func TestChoicesOfTheComputerAreReadStrictly(t *testing.T) {
	usual, err := parseChoices([]byte(`{}`))
	if err != nil || !reflect.DeepEqual(usual, usualChoices()) || !usual.Awake {
		t.Errorf("nothing is read as %+v, %v", usual, err)
	}
	pick := hardware.PickOf(card())
	whole := choices{Device: hardware.Pick{Kind: hardware.CPU}, Next: &pick, Leave: true, Rejoin: true,
		Power: api.PowerChoice{Mode: api.PowerOwn, Watts: 120}, Lowered: &lowered{pick, 170}}
	b, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := parseChoices(b); err != nil || !reflect.DeepEqual(got, whole) {
		t.Errorf("got %+v, %v, want %+v", got, err, whole)
	}
	for text, want := range map[string]string{
		``: "EOF", `[]`: "cannot unmarshal", `{} {}`: "more after", `{"devise":{}}`: "devise",
		`{"device":{"kind":"tpu"}}`: "tpu", `{"device":{"kind":"gpu"}}`: "no card", `{"next":{"kind":"cpu","name":"x"}}`: "address",
		`{"lowered":{"device":{"kind":"gpu"},"from":1}}`: "no card",
		`{"power":{"mode":"loud"}}`:                      "loud", `{"power":{"mode":"own","watts":0}}`: "0 watts", `{"power":{"mode":"own","watts":9999999}}`: "watts",
	} {
		if _, err := parseChoices([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
}

func FuzzParseChoices(f *testing.F) {
	f.Add([]byte(`{"device":{"kind":"gpu","name":"X","pci":"0000:01:00.0"},"power":{"mode":"quiet"},"awake":false}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseChoices(b)
		if err != nil {
			return
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseChoices(again); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s is kept as %s and read as %+v, %v", b, again, got, err)
		}
	})
}

func TestAnUnreadableFileIsPutAsideAndTheUsualHolds(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, computerName)
	if err := os.WriteFile(path, []byte(`{"device":`), 0o600); err != nil {
		t.Fatal(err)
	}
	a := openAt(t, dir, nil)
	defer a.Close()
	if got := a.computer.chosen(); !reflect.DeepEqual(got, usualChoices()) {
		t.Errorf("it holds %+v", got)
	}
	if b, err := os.ReadFile(path + ".unreadable"); err != nil || string(b) != `{"device":` {
		t.Errorf("what was there is %q, %v", b, err)
	}
	if err := a.StayAwake(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if b := keptBy(a); b.chosen().Awake {
		t.Error("the choice was not kept")
	}
}

// keptBy reads what a keeps as another start would.
func keptBy(a *Agent) *computer {
	return (&Agent{cfg: Config{DataDir: a.cfg.DataDir}, log: a.log}).openComputer()
}

func TestWhichLimitACardShouldHave(t *testing.T) {
	pick, other := hardware.PickOf(card()), hardware.Pick{Kind: hardware.GPU, Name: "Another"}
	p := hardware.Power{Limit: 170, Usual: 170, Least: 100, Most: 187}
	quiet, own, usual := api.PowerChoice{Mode: api.PowerQuiet}, api.PowerChoice{Mode: api.PowerOwn, Watts: 150}, api.PowerChoice{Mode: api.PowerUsual}
	ours := &lowered{pick, 165}
	for name, c := range map[string]struct {
		now   choices
		power hardware.Power
		works bool
		watts int
		was   *lowered
	}{
		"usual":                                 {choices{Power: usual}, p, true, 0, nil},
		"quiet":                                 {choices{Power: quiet}, p, true, 102, &lowered{pick, 170}},
		"quiet, and nothing to do":              {choices{Power: quiet}, p, false, 0, nil},
		"own":                                   {choices{Power: own}, p, true, 150, &lowered{pick, 170}},
		"own, of a larger card":                 {choices{Power: api.PowerChoice{Mode: api.PowerOwn, Watts: 300}}, p, true, 187, &lowered{pick, 170}},
		"lowered, and goes on":                  {choices{Power: quiet, Lowered: ours}, p, true, 102, ours},
		"lowered, and a game begins":            {choices{Power: quiet, Lowered: ours}, p, false, 165, nil},
		"lowered, and usual again":              {choices{Power: usual, Lowered: ours}, p, true, 165, nil},
		"another card was lowered":              {choices{Power: usual, Lowered: &lowered{other, 300}}, p, true, 0, &lowered{other, 300}},
		"somebody else has set it":              {choices{Power: quiet}, hardware.Power{Limit: 102, Usual: 170, Least: 100, Most: 187}, true, 102, nil},
		"a card that takes none":                {choices{Power: quiet}, hardware.Power{Draw: 12}, true, 0, nil},
		"lowered from what it takes no more":    {choices{Power: usual, Lowered: &lowered{pick, 400}}, p, true, 187, nil},
		"lowered, but nothing is told any more": {choices{Power: usual, Lowered: ours}, hardware.Power{}, true, 0, ours},
	} {
		if watts, was := limitFor(c.now, pick, c.power, c.works); watts != c.watts || !reflect.DeepEqual(was, c.was) {
			t.Errorf("%s: %d watts, %+v; want %d, %+v", name, watts, was, c.watts, c.was)
		}
	}
}

// socket is a card's driver.
type socket struct {
	power   hardware.Power
	refuses error
	set     []int
}

func (s *socket) Power(context.Context, hardware.Device) (hardware.Power, error) { return s.power, nil }

func (s *socket) SetLimit(_ context.Context, _ hardware.Device, watts int) error {
	s.set = append(s.set, watts)
	if s.refuses == nil {
		s.power.Limit = watts
	}
	return s.refuses
}

// withCard is an agent whose engine runs on a card.
func withCard(t *testing.T) (*Agent, *socket) {
	t.Helper()
	a := openAt(t, t.TempDir(), nil)
	t.Cleanup(func() { a.Close() })
	s := &socket{power: hardware.Power{Draw: 20, Limit: 170, Usual: 170, Least: 100, Most: 187}}
	c := a.computer
	c.limiter = s
	c.plan = hardware.Plan{Devices: []hardware.Device{card(), {Kind: hardware.CPU, Name: "Ryzen", MemoryMB: 8192}}}
	for _, d := range c.plan.Devices {
		c.plan.Choices = append(c.plan.Choices, hardware.Choice{Device: d})
	}
	c.used = card()
	return a, s
}

func TestTheCardIsLimitedWhileHeliumWorksAndNoLonger(t *testing.T) {
	a, s := withCard(t)
	c := a.computer
	if err := a.SetPower(t.Context(), api.PowerChoice{Mode: api.PowerQuiet}); err != nil {
		t.Fatal(err)
	}
	c.tendPower(t.Context(), true)
	c.tendPower(t.Context(), true)
	if !slices.Equal(s.set, []int{102}) || c.chosen().Lowered == nil {
		t.Fatalf("it set %v, and remembers %+v", s.set, c.chosen().Lowered)
	}
	if kept := keptBy(a).chosen().Lowered; kept == nil || kept.From != 170 {
		t.Errorf("after a crash it would take back %+v", kept)
	}
	c.tendPower(t.Context(), false)
	if !slices.Equal(s.set, []int{102, 170}) || c.chosen().Lowered != nil {
		t.Errorf("for a game it set %v", s.set)
	}
	err := a.SetPower(t.Context(), api.PowerChoice{Mode: api.PowerOwn, Watts: 99})
	var field *api.FieldError
	if !errors.As(err, &field) || field.Field != "watts" || !strings.Contains(field.Error(), "from 100 to 187") {
		t.Errorf("a limit that is too low: %v", err)
	}
}

func TestWithoutTheRightToItTheScreenIsToldWhatToDo(t *testing.T) {
	a, s := withCard(t)
	c := a.computer
	s.refuses = &hardware.NotAllowedError{Command: "sudo nvidia-smi -i 0000:02:00.0 -pl 102", Said: "Insufficient Permissions"}
	if err := a.SetPower(t.Context(), api.PowerChoice{Mode: api.PowerQuiet}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c.tendPower(t.Context(), true)
	}
	shown := c.shown().Power
	if len(s.set) != 1 || !strings.Contains(shown.Problem, "administrator") || !strings.HasPrefix(shown.Command, "sudo nvidia-smi") || c.chosen().Lowered != nil {
		t.Errorf("after %d tries it shows %+v", len(s.set), shown)
	}
	s.power.Limit = 102 // an administrator did it
	c.readAt = time.Time{}
	c.tendPower(t.Context(), true)
	if shown = c.shown().Power; shown.Problem != "" || shown.Limit != 102 {
		t.Errorf("when it was done it shows %+v", shown)
	}
	c.tendPower(t.Context(), false)
	if len(s.set) != 1 {
		t.Errorf("what somebody else did it undid: %v", s.set)
	}
}

func TestANodeThatIsOutChangesItsDeviceAtOnce(t *testing.T) {
	a, _ := withCard(t)
	a.hub.change(func(s *api.State) { s.Node.Status, s.Node.Chain = api.NodeStopped, "quit" })
	if err := a.ChooseDevice(t.Context(), "cpu"); err != nil {
		t.Fatal(err)
	}
	if got := a.computer.chosen(); got.Device.Kind != hardware.CPU || got.Next != nil || !a.left() {
		t.Errorf("it holds %+v", got)
	}
	if err := a.ChooseDevice(t.Context(), hardware.PickOf(card()).ID()); err != nil || a.left() || a.computer.chosen().Device != hardware.PickOf(card()) {
		t.Errorf("what is used already is not just kept: %+v, %v", a.computer.chosen(), err)
	}
	if err := a.ChooseDevice(t.Context(), "0000:09:00.0/Gone"); err == nil || !strings.Contains(err.Error(), "isn't in the computer") {
		t.Errorf("a device that is gone: %v", err)
	}
	a.computer.plan.Choices = a.computer.plan.Choices[1:]
	a.computer.plan.Unfit = []hardware.Unfit{{Device: card(), Why: protocol.Phrases{protocol.Say("package_missing", "the {package} package is not installed", "CUDA")}}}
	a.computer.used = a.computer.plan.Devices[1]
	if err := a.ChooseDevice(t.Context(), hardware.PickOf(card()).ID()); err == nil || err.Error() != "It can't be used: the CUDA package is not installed." {
		t.Errorf("a device without a package: %v", err)
	}
}

func TestWhoMayBeInTheNetworkLeavesFirst(t *testing.T) {
	for name, c := range map[string]struct {
		node api.Node
		want bool
	}{
		"stopped":       {api.Node{Status: api.NodeStopped, Chain: "quit"}, false},
		"joining":       {api.Node{Status: api.NodeJoining, Chain: "quit"}, false},
		"running":       {api.Node{Status: api.NodeRunning, Chain: "available"}, true},
		"paused":        {api.Node{Status: api.NodePaused, Chain: "paused"}, true},
		"not known yet": {api.Node{Status: api.NodeStarting, Chain: "quit"}, true},
		"no chain":      {api.Node{Status: api.NodeBlocked, Chain: "quit", Reason: &protocol.Reason{Code: "chain_unreachable"}}, true},
		"no stake":      {api.Node{Status: api.NodeBlocked, Chain: "quit", Reason: &protocol.Reason{Code: "low_stake"}}, false},
	} {
		if got := mayBeIn(c.node); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAHeldNodeIsShownAsWhatItIs(t *testing.T) {
	a, _ := withCard(t)
	a.computer.missing, a.computer.held = protocol.Phrases{protocol.Say("pick_gone", "The {device} that you chose isn't in this computer now.", "RTX 3060")}, time.Now()
	s := api.State{Node: api.Node{Status: api.NodePaused, WantRunning: true}}
	a.computer.showMissing(&s)
	if s.Node.Status != api.NodeBlocked || s.Node.Reason.Code != string(api.ReasonDevice) || !strings.Contains(s.Node.Reason.Detail, "isn't in this computer now. So no tasks") {
		t.Errorf("shown as %+v", s.Node)
	}
	s = api.State{Node: api.Node{Status: api.NodeStopped}}
	if a.computer.showMissing(&s); s.Node.Reason != nil {
		t.Errorf("a stopped node has the reason %+v", s.Node.Reason)
	}
}

func TestTheComputerStaysAwakeForATaskOnly(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+t.TempDir()+"/none")
	a, _ := withCard(t)
	c := a.computer
	c.stayAwake(&api.Task{ID: 7, Stage: "running"})
	if shown := c.shown().Awake; shown.Holds || shown.Problem == "" {
		t.Errorf("where it can't be asked: %+v", shown)
	}
	before := protocol.Quote("as it was")
	c.awakeProblem = before
	c.stayAwake(&api.Task{ID: 7, Stage: "revealed"})
	if c.awakeProblem != before {
		t.Error("it was asked again for the same task")
	}
	c.stayAwake(nil)
	if err := a.StayAwake(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	c.awakeProblem = nil
	c.stayAwake(&api.Task{ID: 8, Stage: "running"})
	if c.asked != 0 || c.awakeProblem != nil {
		t.Error("it was asked though the owner doesn't want it")
	}
}

func TestWhatIsSensedIsTold(t *testing.T) {
	e := &eyes{}
	e.see("doom")
	e.readings.Programs = sense.Known([]string{"Xorg", "blender", "kworker/0:1", "a"})
	e.readings.Power = sense.Known(sense.Power{OnBattery: true, Charge: 40})
	e.readings.Idle = sense.Known(90 * time.Second)
	a := openAt(t, t.TempDir(), e)
	defer a.Close()
	settings := yield.Defaults()
	settings.Programs = []string{"Blender.exe"}
	b, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetWhen(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	a.heed(t.Context())
	s, _ := a.State(t.Context())
	want := api.Sensed{InHours: true, Listed: "blender", Screen: &api.SensedScreen{Filled: true, Program: "doom"},
		Power: &api.SensedPower{OnBattery: true, Charge: 40}, Person: &api.SensedPerson{IdleSeconds: 90}}
	if !reflect.DeepEqual(s.When.Sensed, want) {
		t.Errorf("sensed is %+v", s.When.Sensed)
	}
	if got, err := a.RunningPrograms(t.Context()); err != nil || !slices.Equal(got, []string{"a", "blender", "Xorg"}) {
		t.Errorf("what runs is %q, %v", got, err)
	}
	err = a.SetWhen(t.Context(), []byte(`{"heat":{"celsius":300}}`))
	var field *api.FieldError
	if !errors.As(err, &field) || field.Field != "heat.celsius" {
		t.Errorf("a wrong field: %v", err)
	}
}
