package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"helium/app/api"
	"helium/backend/hardware/sense"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/yield"
)

// How often the agent looks at what the owner does: while the node is to work,
// and while it isn't.
const (
	lookAround = 2 * time.Second
	lookSeldom = 20 * time.Second
)

// whenName is the owner's choices of when to work, in the data folder.
const whenName = "when.json"

// kept is what outlives the agent.
type kept struct {
	Settings    json.RawMessage `json:"settings"`
	PausedUntil time.Time       `json:"paused_until,omitzero"`
}

// owner is what the agent knows of the computer's owner, and makes of it.
type owner struct {
	senses sense.Senses
	path   string
	now    func() time.Time
	// kick holds an element when the owner has said something.
	kick chan struct{}

	// deciding is held from a look until its decision is applied.
	deciding sync.Mutex
	memory   yield.Memory

	// mu guards everything that follows.
	mu       sync.Mutex
	settings yield.Settings
	until    time.Time
	startNow bool
	decision yield.Decision
	readings sense.Readings
}

// openOwner reads what was kept. What can't be read is as if it had never been
// there, and put aside.
func (a *Agent) openOwner(senses sense.Senses) *owner {
	o := &owner{
		senses: senses, path: filepath.Join(a.cfg.DataDir, whenName), now: time.Now,
		kick: make(chan struct{}, 1), settings: yield.Defaults(),
	}
	var k kept
	err := readKept(o.path, func(b []byte) (err error) {
		if err = json.Unmarshal(b, &k); err != nil {
			return err
		}
		o.settings, err = yield.ParseSettings(k.Settings)
		return err
	})
	if err != nil {
		a.log.Warn("the choices of when to work can't be read; the usual ones hold", "file", o.path, "err", err)
		return o
	}
	o.until = k.PausedUntil
	return o
}

// save is called with mu held.
func (o *owner) save() error {
	settings, err := json.Marshal(o.settings)
	if err != nil {
		return fmt.Errorf("keep choices: %w", err)
	}
	return keepFile(o.path, kept{settings, o.until})
}

// change keeps what the owner said, and has the agent look at once. What can't be
// kept does not hold.
func (o *owner) change(edit func(*owner)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	settings, until := o.settings, o.until
	edit(o)
	if err := o.save(); err != nil {
		o.settings, o.until = settings, until
		return err
	}
	o.look()
	return nil
}

// look has the agent look at once.
func (o *owner) look() {
	select {
	case o.kick <- struct{}{}:
	default:
	}
}

// watchOwner looks at the owner until ctx ends.
func (a *Agent) watchOwner(ctx context.Context) {
	for ctx.Err() == nil {
		a.heed(ctx)
		again := time.NewTimer(lookSeldom)
		if a.hub.get().Node.WantRunning {
			again.Reset(lookAround)
		}
		select {
		case <-ctx.Done():
		case <-again.C:
		case <-a.owner.kick:
		}
		again.Stop()
	}
}

// heed looks once, and has the node make room, or work.
func (a *Agent) heed(ctx context.Context) {
	o := a.owner
	o.deciding.Lock()
	defer o.deciding.Unlock()
	readings := o.senses.Read(ctx)
	shown, err := a.State(ctx)
	if err != nil || ctx.Err() != nil {
		return
	}

	o.mu.Lock()
	settings := o.settings
	o.readings = readings
	in := yield.Input{
		Now: o.now(), Readings: readings, PausedUntil: o.until, StartNow: o.startNow,
		OnCard: shown.Hardware.Kind == "gpu", Working: shown.Engine.Status == "busy",
	}
	o.startNow = false
	before := o.decision
	o.decision, o.memory = yield.Decide(settings, o.memory, in)
	d := o.decision
	o.mu.Unlock()

	if before.Reason != d.Reason {
		a.log.Info("making room", "for", d.Reason, "before", before.Reason, "program", d.Facts.Program)
	}
	a.apply(d)
	a.hub.change(func(s *api.State) {
		s.Now = in.Now
		s.Node.Pause = pauseOf(d)
		s.When = api.When{Settings: settings, Unread: unread(readings), Sensed: sensed(settings, readings, in.Now)}
	})
}

// apply has the node, if there is one, do what was decided.
func (a *Agent) apply(d yield.Decision) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.node == nil {
		return
	}
	var y *node.Yielding
	switch {
	case !d.Work():
		y = &node.Yielding{Since: d.Since, Grace: d.Grace, Leave: d.Leave}
	case !a.computer.heldSince().IsZero():
		// What runs now isn't what the owner chose: nothing is taken on with it.
		since := a.computer.heldSince()
		y = &node.Yielding{Since: since, Leave: since}
	}
	if a.parting != nil {
		y = a.parting
	}
	if a.applied != nil && y != nil && *a.applied == *y || a.applied == nil && y == nil {
		return
	}
	a.applied = y
	a.node.Yield(y)
}

// pauseOf puts a decision into the words of the API; nil to work.
func pauseOf(d yield.Decision) *api.Pause {
	if d.Work() {
		return nil
	}
	p := &api.Pause{Reason: d.Reason, Facts: d.Facts, Since: d.Since, Over: d.Over, LingerSeconds: int(d.Linger / time.Second), CanStart: !d.Firm}
	if !d.Until.IsZero() {
		p.Until = &d.Until
	}
	return p
}

// unread says of each rule whose reading can't be had why that is.
func unread(r sense.Readings) []api.Unread {
	list := []api.Unread{}
	for _, one := range []struct {
		reason yield.Code
		known  bool
		why    *protocol.Phrase
	}{
		{yield.Game, r.Fullscreen.Known, r.Fullscreen.Why},
		{yield.Listed, r.Programs.Known, r.Programs.Why},
		{yield.GraphicsBusy, r.Graphics.Known, r.Graphics.Why},
		{yield.OnBattery, r.Power.Known, r.Power.Why},
		{yield.Hot, r.Heat.Known, r.Heat.Why},
		{yield.InUse, r.Idle.Known, r.Idle.Why},
	} {
		if !one.known {
			list = append(list, api.Unread{Reason: one.reason, Why: one.why.String(), WhySaid: protocol.Phrases{one.why}})
		}
	}
	return list
}

// PauseFor pauses for a while, and then goes on by itself; it outlives a restart.
func (a *Agent) PauseFor(_ context.Context, length api.PauseLength) error {
	now := a.owner.now()
	var until time.Time
	switch length {
	case api.PauseTenMinutes:
		until = now.Add(10 * time.Minute)
	case api.PauseHour:
		until = now.Add(time.Hour)
	case api.PauseTomorrow:
		until = tomorrow(now)
	default:
		return fmt.Errorf("length is %q, and must be %q, %q or %q", length, api.PauseTenMinutes, api.PauseHour, api.PauseTomorrow)
	}
	return a.owner.change(func(o *owner) { o.until = until })
}

// tomorrow begins at six in the morning, and for somebody who is up at night not
// in a few minutes.
func tomorrow(now time.Time) time.Time {
	for day := 0; ; day++ {
		six := time.Date(now.Year(), now.Month(), now.Day()+day, 6, 0, 0, 0, now.Location())
		if six.Sub(now) >= 3*time.Hour {
			return six
		}
	}
}

// SetWhen takes the owner's choices of when to work.
func (a *Agent) SetWhen(_ context.Context, settings json.RawMessage) error {
	s, err := yield.ParseSettings(settings)
	var refused *yield.Refusal
	if errors.As(err, &refused) {
		return &api.FieldError{Field: refused.Field, Said: refused.Why}
	}
	if err != nil {
		return err
	}
	return a.owner.change(func(o *owner) { o.settings = s })
}

// goOn ends whatever pause there is that the owner may end.
func (a *Agent) goOn() error {
	return a.owner.change(func(o *owner) { o.until, o.startNow = time.Time{}, true })
}
