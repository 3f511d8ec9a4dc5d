package shelf

import (
	"context"
	"errors"
	"slices"
	"time"

	"helium/backend/models"
	"helium/backend/protocol"
)

// LeaveStage is how far a model is on its way out.
type LeaveStage string

const (
	// LeaveTells: until the network knows, and the task at hand is over, the model stays.
	LeaveTells LeaveStage = "tells"
	// LeaveRemoves: its files are being removed.
	LeaveRemoves LeaveStage = "removes"
)

// Leave is a model that is to go.
type Leave struct {
	ID    string
	Stage LeaveStage
	// Reason says why it could not be removed so far; it is tried again.
	Reason *protocol.Reason
}

type leave struct {
	stage  LeaveStage
	reason *protocol.Reason
	stop   context.CancelFunc
	// done is closed when the model is gone, or stays.
	done chan struct{}
}

// Remove has a model go, or what came of one. It returns when that has begun, and an
// error for a person where it must not be.
func (s *Shelf) Remove(id string) error {
	l, err := s.Library()
	if err != nil {
		return err
	}
	if err := s.mayRemove(l, id); err != nil {
		return err
	}
	fetched := s.drop(id)
	s.letGo(id, fetched)
	s.changed()
	return nil
}

func (s *Shelf) mayRemove(l *models.Library, id string) error {
	if _, moving := s.moves(); moving {
		return say("models_moving_delete", "The models are being moved. Delete it when that is done.")
	}
	facts, err := l.Show(id)
	if errors.Is(err, models.ErrNotHere) {
		if slices.ContainsFunc(l.Unfinished(), func(u models.Unfinished) bool { return u.ID == id }) || s.has(id) {
			return nil
		}
		return say("model_gone", "This model is not on this computer any more.")
	}
	switch {
	case err != nil:
		return err
	case facts.Why == models.WhyBuiltIn:
		return say("model_built_in", "This model is a part of Helium, which makes it itself. It can't be deleted.")
	case facts.Why == models.WhyForeign:
		return say("model_foreign", "Another program fetched this model, and may need it. Helium only uses it. Delete it with that program, or in the folder {folder}.", l.Dir())
	case facts.InUse:
		return say("model_task", "A task is working with this model. Delete it when the task is over.")
	}
	return nil
}

// letGo has a model go that nobody has to be asked about, once what is waited for is
// over.
func (s *Shelf) letGo(id string, after <-chan struct{}) *leave {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.leaving[id]; old != nil {
		return old
	}
	ctx, stop := context.WithCancel(s.run)
	one := &leave{stage: LeaveTells, stop: stop, done: make(chan struct{})}
	s.leaving[id] = one
	s.work.Go(func() {
		defer stop()
		if after != nil {
			<-after
		}
		s.leave(ctx, id, one)
		s.mu.Lock()
		delete(s.leaving, id)
		s.mu.Unlock()
		close(one.done)
		s.tryAgain(models.CodeCap)
		s.tryAgain(models.CodeNoSpace)
		s.changed()
	})
	return one
}

// Keep takes back that a model goes, while it is still here.
func (s *Shelf) Keep(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.leaving[id]
	if one == nil || one.stage != LeaveTells {
		return say("model_gone_already", "The model is gone already.")
	}
	one.stop()
	return nil
}

// leave removes a model when nobody counts on it any more.
func (s *Shelf) leave(ctx context.Context, id string, one *leave) {
	for wait := s.retry; ; wait = min(2*wait, mostRetry) {
		if !s.awaitTold(ctx) {
			return
		}
		s.unload(ctx)
		l, err := s.Library()
		if err == nil {
			s.mu.Lock()
			if ctx.Err() != nil {
				s.mu.Unlock()
				return
			}
			one.stage = LeaveRemoves
			s.mu.Unlock()
			var freed int64
			if freed, err = l.Remove(id); err == nil {
				s.log.Info("removed a model", "model", models.Label(id), "bytes", freed)
			}
		}
		if err == nil || errors.Is(err, models.ErrNotHere) {
			return
		}
		s.mu.Lock()
		one.stage = LeaveTells
		one.reason = reasonOf(err, CodeStays, "The model could not be deleted", "Helium tries again by itself.")
		s.mu.Unlock()
		s.cfg.Changed()
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// awaitTold waits until the network knows that what leaves is not here any more; false
// when ctx ends before.
func (s *Shelf) awaitTold(ctx context.Context) bool {
	tick := time.NewTicker(s.look)
	defer tick.Stop()
	for asked := false; ; asked = true {
		n, _ := s.users()
		if n == nil || n.Told() {
			return ctx.Err() == nil
		}
		if !asked {
			n.Look()
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}

// unload has the engine let go of the models. Where a task takes it long, the room is
// free when that is over.
func (s *Shelf) unload(ctx context.Context) {
	_, e := s.users()
	if e == nil {
		return
	}
	soon, stop := context.WithTimeout(ctx, unloadWait)
	defer stop()
	if e.Unload(soon) == nil || ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	run := s.run
	s.mu.Unlock()
	s.work.Go(func() { e.Unload(run) })
}
