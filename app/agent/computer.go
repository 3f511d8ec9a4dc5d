package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"helium/app/api"
	"helium/backend/hardware"
	"helium/backend/hardware/awake"
	"helium/backend/hardware/sense"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/yield"
	"helium/inference/worker"
)

// computerName is what the owner chose of the computer, in the data folder.
const computerName = "computer.json"

// choices of the computer, as the folder keeps them.
type choices struct {
	Device hardware.Pick `json:"device"`
	// Next is a pick that waits until the node has left, or until its task is over
	// where Leave is false. Rejoin is the wish to run from then on.
	Next   *hardware.Pick  `json:"next,omitempty"`
	Leave  bool            `json:"leave,omitempty"`
	Rejoin bool            `json:"rejoin,omitempty"`
	Power  api.PowerChoice `json:"power"`
	// Lowered is a limit that Helium has set and must take back.
	Lowered *lowered `json:"lowered,omitempty"`
	Awake   bool     `json:"awake"`
}

// lowered is a card whose limit was set, and what it was before.
type lowered struct {
	Device hardware.Pick `json:"device"`
	From   int           `json:"from"`
}

func usualChoices() choices {
	return choices{Power: api.PowerChoice{Mode: api.PowerUsual}, Awake: true}
}

// parseChoices reads choices strictly: what is missing is as usual, what is unknown
// or impossible is refused.
func parseChoices(b []byte) (choices, error) {
	c := usualChoices()
	d, err := strictly(b, &c)
	if err != nil {
		return usualChoices(), fmt.Errorf("read choices of the computer: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return usualChoices(), errors.New("read choices of the computer: there is more after them")
	}
	picks := []hardware.Pick{c.Device}
	if c.Next != nil {
		picks = append(picks, *c.Next)
	}
	if c.Lowered != nil {
		picks = append(picks, c.Lowered.Device)
	}
	for _, p := range picks {
		if err := p.Check(); err != nil {
			return usualChoices(), fmt.Errorf("read choices of the computer: %w", err)
		}
	}
	if err := checkPower(c.Power); err != nil {
		return usualChoices(), fmt.Errorf("read choices of the computer: %w", err)
	}
	return c, nil
}

// mostWatts is more than any card takes.
const mostWatts = 5000

func checkPower(c api.PowerChoice) error {
	switch c.Mode {
	case api.PowerUsual, api.PowerQuiet:
		return nil
	case api.PowerOwn:
		if c.Watts < 1 || c.Watts > mostWatts {
			return &api.FieldError{Field: "watts", Said: protocol.Say("power_watts", "{watts} watts is no limit for a card.", c.Watts)}
		}
		return nil
	}
	return &api.FieldError{Field: "mode", Said: protocol.Quote(fmt.Sprintf("%.20q is no way to limit power.", c.Mode))}
}

// limiter reads and sets what cards may take; *hardware.Limiter is this computer's.
type limiter interface {
	Power(ctx context.Context, d hardware.Device) (hardware.Power, error)
	SetLimit(ctx context.Context, d hardware.Device, watts int) error
}

// computer is what tasks run on, and what its owner chose of it.
type computer struct {
	path    string
	log     *slog.Logger
	limiter limiter
	keeper  awake.Keeper
	// kick holds an element when there is something to do for watchComputer.
	kick chan struct{}

	// mu guards everything that follows.
	mu      sync.Mutex
	choices choices
	plan    hardware.Plan
	used    hardware.Device
	runtime string
	// missing says why used isn't what was picked, since held; nil when it is.
	missing protocol.Phrases
	held    time.Time

	power   hardware.Power
	readAt  time.Time
	readErr error
	// refused is the limit that could not be set, and problem why.
	refused int
	problem error
	// asked is the task for which staying awake was asked in vain.
	asked        protocol.TaskID
	awakeProblem *protocol.Phrase
}

// openComputer reads what was kept; what can't be read is put aside.
func (a *Agent) openComputer() *computer {
	c := &computer{
		path: filepath.Join(a.cfg.DataDir, computerName), log: a.log, limiter: hardware.NewLimiter(a.log),
		kick: make(chan struct{}, 1), choices: usualChoices(),
	}
	err := readKept(c.path, func(b []byte) (err error) {
		c.choices, err = parseChoices(b)
		return err
	})
	if err != nil {
		a.log.Warn("the choices of the computer can't be read; the usual ones hold", "file", c.path, "err", err)
	}
	return c
}

// change edits the choices and keeps them whole or not at all. What can't be kept
// does not hold.
func (c *computer) change(edit func(*choices)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := c.choices
	edit(&next)
	if err := keepFile(c.path, next); err != nil {
		return fmt.Errorf("keep choices of the computer: %w", err)
	}
	c.choices = next
	select {
	case c.kick <- struct{}{}:
	default:
	}
	return nil
}

func (c *computer) chosen() choices {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.choices
}

// heldSince is since when the node takes no tasks because it does not run on what
// was picked; zero when it may.
func (c *computer) heldSince() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

// startPicked starts the engine on the device that was picked. One that is gone or
// refuses leaves the best of the others, and missing says so.
func (a *Agent) startPicked(ctx context.Context, plan *hardware.Plan, o worker.Options) (*worker.Engine, hardware.Choice, error) {
	preferred, missing := plan.Prefer(a.computer.chosen().Device)
	engine, choice, err := preferred.Start(ctx, o)
	if missing == nil && err != nil && ctx.Err() == nil && len(preferred.Choices) < len(plan.Choices) {
		missing = protocol.Phrases{protocol.Say("pick_failed", "The device that you chose can't be used: {why}.", err)}
		engine, choice, err = plan.Start(ctx, o)
	} else if missing == nil {
		*plan = preferred
	}
	c := a.computer
	c.mu.Lock()
	c.missing, c.held = missing, time.Time{}
	if missing != nil {
		c.held = time.Now()
		a.log.Warn("the chosen device is not used", "why", missing.String())
	}
	c.mu.Unlock()
	return engine, choice, err
}

// showDevices shows what there is to choose from, and what the engine runs on.
func (a *Agent) showDevices(plan hardware.Plan, used hardware.Device, runtime string) {
	c := a.computer
	c.mu.Lock()
	c.plan, c.used, c.runtime, c.readAt = plan, used, runtime, time.Time{}
	c.mu.Unlock()
	a.showComputer()
}

// showComputer shows all that is known, if it is new.
func (a *Agent) showComputer() {
	now := a.computer.shown()
	if !reflect.DeepEqual(a.hub.get().Computer, now) {
		a.hub.change(func(s *api.State) { s.Computer = now })
	}
}

func (c *computer) shown() api.Computer {
	c.mu.Lock()
	defer c.mu.Unlock()
	shown := api.Computer{Devices: []api.Device{}, Picked: c.choices.Device.ID(), Missing: c.missing.String(), MissingSaid: c.missing, Rejoins: c.choices.Rejoin}
	if c.choices.Next != nil {
		shown.Next = c.choices.Next.ID()
	}
	for _, d := range c.plan.Devices {
		class := d.Class(c.runtime)
		one := api.Device{ID: hardware.PickOf(d).ID(), Name: d.Name, Kind: string(d.Kind), MemoryGB: int(class.VRAMGB), SameClass: c.sameClass(d)}
		var why *protocol.Phrase
		if one.Usable, why = c.plan.Usable(d); why != nil {
			one.Why, one.WhySaid = why.String(), protocol.Phrases{why}
		}
		shown.Devices = append(shown.Devices, one)
		if d == c.used {
			shown.Used = one.ID
		}
	}
	if d, ok := c.choices.Device.Find(c.plan.Devices); ok && c.choices.Device.Kind != "" {
		shown.Picked = hardware.PickOf(d).ID() // also where it was put into another slot
	}
	p := c.power
	shown.Power = api.Power{
		Choice: c.choices.Power, Draw: p.Draw, Limit: p.Limit, Usual: p.Usual, Least: p.Least, Most: p.Most, Settable: p.Settable(),
	}
	if p.Settable() {
		shown.Power.Quiet = p.Quiet()
	}
	switch {
	case c.readErr != nil:
		shown.Power.UnreadSaid = protocol.Phrases{protocol.Say("power_unread", "The graphics driver does not tell how much power the card takes.")}
	case c.used.Kind == hardware.CPU:
		shown.Power.UnreadSaid = protocol.Phrases{protocol.Say("power_cpu", "Tasks run on the processor, whose power Helium does not set.")}
	}
	shown.Power.Unread = shown.Power.UnreadSaid.String()
	shown.Power.ProblemSaid, shown.Power.Command = powerProblem(c.problem)
	shown.Power.Problem = shown.Power.ProblemSaid.String()
	shown.Awake = api.Awake{Wanted: c.choices.Awake, Holds: c.keeper.Holds()}
	if c.awakeProblem != nil {
		shown.Awake.Problem, shown.Awake.ProblemSaid = c.awakeProblem.String(), protocol.Phrases{c.awakeProblem}
	}
	return shown
}

// sameClass is called with mu held.
func (c *computer) sameClass(d hardware.Device) bool {
	return c.used.Name != "" && d.Maker == c.used.Maker && d.Class(c.runtime) == c.used.Class(c.runtime)
}

// showMissing shows a node that is held as what it is.
func (c *computer) showMissing(s *api.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.missing == nil || !s.Node.WantRunning {
		return
	}
	s.Node.Status = api.NodeBlocked
	s.Node.Reason = &protocol.Reason{
		Code: string(api.ReasonDevice), Title: "Helium can't use what you chose",
		Detail: c.missing.String() + " So no tasks are taken, and nothing is staked.", Facts: c.missing,
		Action: "Choose something else under “This computer”, or put it back and try again.",
	}
}

// ChooseDevice has tasks run on another device.
func (a *Agent) ChooseDevice(ctx context.Context, id string) error {
	c := a.computer
	c.mu.Lock()
	pick, device, known := c.pick(id)
	now, missing, used := c.choices, c.missing, c.used
	same := c.sameClass(device)
	c.mu.Unlock()
	if !known {
		return say("device_gone", "This isn't in the computer any more. Look at the list again.")
	}
	if ok, why := c.usable(device); !ok {
		return why
	}
	if device == used && missing == nil {
		return a.stayWith(ctx, pick, now)
	}
	a.mu.Lock()
	n := a.node
	a.mu.Unlock()
	shown := a.hub.get()
	if shown.Task == nil && (n == nil || !mayBeIn(shown.Node)) {
		if err := c.change(func(k *choices) { k.Device, k.Next, k.Leave = pick, nil, false }); err != nil {
			return err
		}
		a.showComputer()
		a.restart()
		return nil
	}
	rejoin := shown.Node.WantRunning || now.Next != nil && now.Rejoin
	if err := c.change(func(k *choices) { k.Next, k.Leave, k.Rejoin = &pick, !same, rejoin }); err != nil {
		return err
	}
	a.showComputer()
	if n == nil {
		return nil // a task is shown from before; the next node sees to it
	}
	if same {
		a.changeOverNow()
		return nil
	}
	return n.Stop(ctx)
}

// mayBeIn says whether a node is in the network, as far as anybody knows.
func mayBeIn(n api.Node) bool {
	unknown := n.Status == api.NodeStarting || n.Reason != nil && n.Reason.Code == node.ReasonChain
	return unknown || n.Chain != protocol.NodeQuit.String()
}

// stayOut forgets the wish to run on another device.
func (a *Agent) stayOut() error {
	if !a.computer.chosen().Rejoin {
		return nil
	}
	defer a.showComputer()
	return a.computer.change(func(k *choices) { k.Rejoin = false })
}

// stayWith keeps a pick of what is used already, and gives up a change that still
// waits.
func (a *Agent) stayWith(ctx context.Context, pick hardware.Pick, now choices) error {
	err := a.computer.change(func(k *choices) { k.Device, k.Next, k.Leave, k.Rejoin = pick, nil, false, false })
	if err != nil {
		return err
	}
	a.showComputer()
	if now.Next != nil && now.Leave && now.Rejoin {
		return a.Start(ctx)
	}
	return nil
}

// pick is called with mu held.
func (c *computer) pick(id string) (hardware.Pick, hardware.Device, bool) {
	if id == hardware.Best {
		for _, d := range c.plan.Devices {
			if ok, _ := c.plan.Usable(d); ok {
				return hardware.Pick{}, d, true
			}
		}
	}
	for _, d := range c.plan.Devices {
		if p := hardware.PickOf(d); p.ID() == id {
			return p, d, true
		}
	}
	return hardware.Pick{}, hardware.Device{}, false
}

func (c *computer) usable(d hardware.Device) (bool, *protocol.Phrase) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.plan.Usable(d)
}

// changeOver begins anew on the picked device when the node has left, or when its
// task is over where it need not leave.
func (a *Agent) changeOver(s node.State) {
	now := a.computer.chosen()
	left := s.Status == node.StatusStopped || !now.Leave
	if now.Next == nil || !left || s.Task != nil {
		return
	}
	err := a.computer.change(func(k *choices) { k.Device, k.Next, k.Leave = *now.Next, nil, false })
	if err != nil {
		a.log.Warn("the chosen device can't be kept", "err", err)
		return
	}
	a.showComputer()
	a.restart()
}

func (a *Agent) changeOverNow() {
	a.mu.Lock()
	n := a.node
	a.mu.Unlock()
	if n == nil {
		return
	}
	if s, err := n.State(); err == nil {
		a.changeOver(s)
	}
}

// underWay is the wish of a node whose device changes, wherever that was left off:
// to leave, or to join again; nil for none.
func (a *Agent) underWay() func(context.Context, *node.Node) error {
	now := a.computer.chosen()
	switch {
	case now.Next != nil && now.Leave:
		return func(ctx context.Context, n *node.Node) error { return n.Stop(ctx) }
	case now.Next != nil || !now.Rejoin:
		return nil
	}
	return func(ctx context.Context, n *node.Node) error {
		if err := n.Start(ctx); err != nil {
			return err
		}
		err := a.computer.change(func(k *choices) { k.Rejoin = false })
		a.showComputer()
		return err
	}
}

// SetPower limits what the card takes.
func (a *Agent) SetPower(_ context.Context, p api.PowerChoice) error {
	if err := checkPower(p); err != nil {
		return err
	}
	c := a.computer
	c.mu.Lock()
	card := c.power
	c.mu.Unlock()
	if p.Mode == api.PowerOwn && card.Settable() && card.Within(p.Watts) != p.Watts {
		return &api.FieldError{Field: "watts", Said: protocol.Say("power_range", "This card takes a limit from {least} to {most} watts.", card.Least, card.Most)}
	}
	err := c.change(func(k *choices) { k.Power = p })
	c.mu.Lock()
	c.refused, c.problem, c.readAt = 0, nil, time.Time{}
	c.mu.Unlock()
	a.showComputer()
	return err
}

// StayAwake keeps the computer from sleeping during a task, or not.
func (a *Agent) StayAwake(_ context.Context, on bool) error {
	err := a.computer.change(func(k *choices) { k.Awake = on })
	a.showComputer()
	return err
}

// lookAtPower is how often the card is asked what it takes.
const lookAtPower = 30 * time.Second

// watchComputer does what was chosen until ctx ends, and then undoes it.
func (a *Agent) watchComputer(ctx context.Context) {
	c := a.computer
	states := a.hub.watch(ctx)
	tick := time.NewTicker(lookAtPower)
	defer tick.Stop()
	a.showComputer()
	for {
		s := a.hub.get()
		select {
		case <-ctx.Done():
			after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			c.stayAwake(nil)
			c.tendPower(after, false)
			return
		case <-tick.C:
		case <-c.kick:
		case s = <-states:
		}
		if ctx.Err() != nil {
			continue
		}
		c.stayAwake(s.Task)
		c.tendPower(ctx, s.Node.WantRunning && s.Node.Pause == nil)
		a.showComputer()
	}
}

// stayAwake holds the computer while a task is at work, nil for none.
func (c *computer) stayAwake(t *api.Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// One that was missed is not worked on any more.
	working := t != nil && c.choices.Awake && t.Stage != string(node.JobMissed)
	if !working {
		c.keeper.Keep(false, "")
		c.asked = 0
		return
	}
	if c.asked == t.ID {
		return
	}
	c.asked, c.awakeProblem = t.ID, nil
	if err := c.keeper.Keep(true, "A task is at work"); err != nil {
		c.awakeProblem = protocol.Say("awake_refused", "The system would not stay awake: {why}.", err)
		c.log.Info("the computer may sleep during a task", "err", err)
	}
}

// tendPower reads what the card takes, when that is due, and has its limit be what
// was chosen while Helium works, and what it was while it doesn't.
func (c *computer) tendPower(ctx context.Context, works bool) {
	c.mu.Lock()
	now, d, p := c.choices, c.used, c.power
	due := time.Since(c.readAt) >= lookAtPower
	c.mu.Unlock()
	if d.Kind != hardware.GPU {
		return
	}
	var err error
	if due {
		p, err = c.limiter.Power(ctx, d)
		if ctx.Err() != nil {
			return
		}
		c.mu.Lock()
		c.power, c.readErr, c.readAt = p, err, time.Now()
		c.mu.Unlock()
	}
	wanted, was := limitFor(now, hardware.PickOf(d), p, works)
	if wanted == 0 || wanted == p.Limit {
		if was != now.Lowered {
			c.remember(was)
		}
		c.mu.Lock()
		c.refused, c.problem = 0, nil
		c.mu.Unlock()
		return
	}
	c.mu.Lock()
	again := wanted == c.refused
	c.mu.Unlock()
	if again {
		return
	}
	if now.Lowered == nil {
		c.remember(was) // before, in case that this program does not come to the end of it
	}
	err = c.limiter.SetLimit(ctx, d, wanted)
	if err != nil {
		c.log.Info("the card's power could not be limited", "card", d.Name, "watts", wanted, "err", err)
		c.remember(nil)
	} else if was != now.Lowered {
		c.remember(was)
	}
	c.mu.Lock()
	c.refused, c.problem = 0, err
	if err != nil {
		c.refused = wanted
	} else {
		c.power.Limit = wanted
	}
	c.mu.Unlock()
}

func (c *computer) remember(was *lowered) {
	if err := c.change(func(k *choices) { k.Lowered = was }); err != nil {
		c.log.Warn("the card's own limit can't be kept", "err", err)
	}
}

// limitFor is the limit that a card should have, 0 for whichever it has, and what
// has to be remembered of it then.
func limitFor(now choices, d hardware.Pick, p hardware.Power, works bool) (watts int, was *lowered) {
	ours := now.Lowered != nil && now.Lowered.Device == d
	if !works || now.Power.Mode == api.PowerUsual || !p.Settable() {
		if ours && p.Settable() {
			return p.Within(now.Lowered.From), nil
		}
		return 0, now.Lowered
	}
	watts = p.Quiet()
	if now.Power.Mode == api.PowerOwn {
		watts = p.Within(now.Power.Watts)
	}
	if ours {
		return watts, now.Lowered
	}
	if watts == p.Limit {
		return watts, nil // somebody else has set it, and may take it back
	}
	return watts, &lowered{Device: d, From: p.Limit}
}

// powerProblem puts into words why a limit could not be set.
func powerProblem(err error) (problem protocol.Phrases, command string) {
	var denied *hardware.NotAllowedError
	switch {
	case err == nil:
		return nil, ""
	case errors.As(err, &denied):
		return protocol.Phrases{protocol.Say("power_denied", "Only an administrator of this computer may limit the card's power.")}, denied.Command
	}
	return protocol.Phrases{protocol.Say("power_refused", "The card did not take the limit: {why}.", err)}, ""
}

// RunningPrograms are the names of what runs now.
func (a *Agent) RunningPrograms(context.Context) ([]string, error) {
	a.owner.mu.Lock()
	programs := a.owner.readings.Programs
	a.owner.mu.Unlock()
	if !programs.Known {
		return nil, programs.Why
	}
	names := slices.DeleteFunc(slices.Clone(programs.Value), func(name string) bool { return strings.ContainsAny(name, `/\`) })
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names, nil
}

// sensed puts readings into the words of the API.
func sensed(settings yield.Settings, r sense.Readings, now time.Time) api.Sensed {
	s := api.Sensed{InHours: settings.InHours(now)}
	if r.Fullscreen.Known {
		s.Screen = &api.SensedScreen{Filled: r.Fullscreen.Value.On, Program: r.Fullscreen.Value.Program}
	}
	if r.Programs.Known {
		s.Listed = settings.Listed(r.Programs.Value)
	}
	if g := r.Graphics; g.Known {
		s.Card = &api.SensedCard{Percent: g.Value.Percent, Program: g.Value.Program, WithOurs: g.Value.WithOurs}
	}
	if p := r.Power; p.Known {
		s.Power = &api.SensedPower{OnBattery: p.Value.OnBattery, Charge: p.Value.Charge}
	}
	if r.Heat.Known {
		hottest, _ := r.Heat.Value.Hottest()
		s.Heat = &api.SensedHeat{Sensor: hottest.Name, Celsius: hottest.Celsius, Throttled: r.Heat.Value.Throttled}
	}
	if r.Idle.Known {
		s.Person = &api.SensedPerson{IdleSeconds: int(r.Idle.Value / time.Second)}
	}
	return s
}
