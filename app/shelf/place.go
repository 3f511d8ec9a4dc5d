package shelf

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"helium/backend/models"
	"helium/backend/protocol"
)

// Plan is what a move to another folder would do.
type Plan struct {
	// Dir is the folder that the models would be in: the one that was chosen, or a new
	// one in it where other things are in that.
	Dir string
	models.Survey
}

// MoveStatus is a move that is under way.
type MoveStatus struct {
	From, To string
	// Stage is "copies" while the old folder is in force, then "clears"; "undoes" once
	// it was taken back.
	Stage    string
	Progress models.Progress
	// Reason says why it does not go on; it is tried again.
	Reason *protocol.Reason
}

func (m moveStage) shown() string { return string(m) }

// errTakenBack is why a move ends that a person does not want any more.
var errTakenBack = errors.New("the move is taken back")

// folderName is that of the folder that is made in one that has other things in it.
const folderName = "Helium models"

// place is the folder that is meant by one that was chosen.
func place(chosen string) (string, error) {
	chosen = strings.TrimSpace(chosen)
	if rest, ok := strings.CutPrefix(chosen, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find your folder: %w", err)
		}
		chosen = filepath.Join(home, rest)
	}
	if chosen == "" {
		return "", say("folder_none", "Choose a folder first.")
	}
	if !filepath.IsAbs(chosen) {
		return "", say("folder_path", "“{folder}” is not a whole path. It begins with {example}.", fmt.Sprintf("%.200s", chosen), wholePath())
	}
	dir := filepath.Clean(chosen)
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return "", say("folder_file", "{folder} is a file. Choose a folder.", dir)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return "", say("folder_opened", "{folder} can't be opened. Choose a folder of your own. ({why})", dir, err)
	case err != nil || models.IsMarked(dir) || !hasOtherThings(dir):
		return dir, nil
	}
	return filepath.Join(dir, folderName), nil
}

func wholePath() string {
	if filepath.Separator == '\\' {
		return `D:\`
	}
	return "/"
}

// hasOtherThings says whether a folder holds something that is no cache of models.
func hasOtherThings(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, "models--") && !strings.HasPrefix(name, ".") && name != "lost+found" && !strings.HasPrefix(name, "urls--") {
			return true
		}
	}
	return false
}

// Survey looks whether the models can move to a folder, and what that takes. An error
// is for the person.
func (s *Shelf) Survey(chosen string) (Plan, error) {
	l, err := s.Library()
	if err != nil {
		return Plan{}, err
	}
	dir, err := place(chosen)
	if err != nil {
		return Plan{}, err
	}
	_, before := os.Stat(dir)
	to, err := models.Open(dir, s.cfg.Options)
	if err != nil {
		return Plan{}, say("folder_used", "{folder} can't be used. Choose a folder of your own. ({why})", dir, err)
	}
	survey, err := l.Survey(to)
	if errors.Is(before, os.ErrNotExist) {
		os.Remove(dir) // as it was, unless something is in it
	}
	return Plan{dir, survey}, err
}

// Move begins to move the models to a folder. Tasks go on meanwhile, downloads wait.
func (s *Shelf) Move(chosen string) error {
	plan, err := s.Survey(chosen)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.record.Move != nil:
		return say("models_moving", "The models are being moved already.")
	case len(s.leaving) > 0:
		return say("models_leaving", "A model is being deleted. Move the others when that is done.")
	}
	m := move{Stage: moveCopies, From: s.dir(), To: plan.Dir}
	if err := models.Mark(plan.Dir); err != nil {
		return err
	}
	if err := s.keep(func(r *record) { r.Move = &m }); err != nil {
		return err
	}
	s.move = MoveStatus{From: m.From, To: m.To, Stage: m.Stage.shown(), Progress: models.Progress{Total: plan.Bytes}}
	s.again = 0
	for _, j := range s.jobs {
		if j.stop != nil {
			j.stop(errYields)
		}
	}
	signal(s.moving)
	go s.changed()
	return nil
}

// CancelMove takes a move back while the old folder is in force.
func (s *Shelf) CancelMove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch m := s.record.Move; {
	case m == nil:
		return say("move_over", "The move is over.")
	case m.Stage == moveUndoes:
		return nil
	case m.Stage == moveClears:
		return say("move_done", "The models are in the new folder already. Only what is left in the old one is being removed.")
	}
	if err := s.setStage(moveUndoes); err != nil {
		return err
	}
	if s.stopMove != nil {
		s.stopMove(errTakenBack)
	}
	signal(s.moving)
	go s.changed()
	return nil
}

// RetryMove goes on with a move at once.
func (s *Shelf) RetryMove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.record.Move == nil {
		return say("move_over", "The move is over.")
	}
	s.again = 0
	signal(s.moving)
	return nil
}

// UseFolder has the models be in a folder from now on, without those that are in the
// present one, which stay there. It is for when the present one's disk is lost.
func (s *Shelf) UseFolder(chosen string) error {
	dir := ""
	if chosen != "" {
		var err error
		if dir, err = place(chosen); err != nil {
			return err
		}
		if err := models.Mark(dir); err != nil {
			return say("folder_used", "{folder} can't be used. Choose a folder of your own. ({why})", dir, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.open(); err == nil {
		return say("models_there", "The models are where they should be. Move them instead.")
	}
	if err := s.keep(func(r *record) { r.Dir, r.Move = dir, nil }); err != nil {
		return err
	}
	s.move = MoveStatus{}
	signal(s.queue)
	go s.changed()
	return nil
}

// setStage is called with mu held.
func (s *Shelf) setStage(stage moveStage) error {
	m := *s.record.Move
	m.Stage = stage
	if err := s.keep(func(r *record) { r.Move = &m }); err != nil {
		return err
	}
	s.move.Stage, s.move.Reason, s.move.Progress = stage.shown(), nil, models.Progress{}
	return nil
}

// moveAll goes on with moves until ctx ends.
func (s *Shelf) moveAll(ctx context.Context) {
	wait := mostRetry
	for {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.moving:
		case <-timer.C:
		}
		timer.Stop()
		wait = mostRetry
		if err := s.goOn(ctx); err != nil && ctx.Err() == nil {
			wait = s.moveFails(err)
		}
	}
}

// moveFails shows why a move does not go on, and says when it is tried again.
func (s *Shelf) moveFails(err error) time.Duration {
	s.log.Warn("the models could not be moved yet", "err", err)
	s.mu.Lock()
	s.move.Reason = reasonOf(err, CodeMove, "The models can't be moved right now", "Helium tries again by itself. All models are safe where they are.")
	wait := min(s.retry<<min(s.again, 10), mostRetry)
	s.again++
	s.mu.Unlock()
	s.changed()
	return wait
}

// goOn takes a move from where it is to its end.
func (s *Shelf) goOn(ctx context.Context) error {
	for {
		s.mu.Lock()
		m := s.record.Move
		stepping, stop := context.WithCancelCause(ctx)
		s.stopMove = stop
		s.move.Reason = nil
		s.mu.Unlock()
		if m == nil {
			stop(nil)
			return nil
		}
		var err error
		switch m.Stage {
		case moveCopies:
			err = s.copyAll(stepping, *m)
		case moveClears:
			err = s.clear(stepping, m.From)
		case moveUndoes:
			err = s.undo(stepping, *m)
		}
		takenBack := errors.Is(context.Cause(stepping), errTakenBack)
		stop(nil)
		if err != nil && !takenBack {
			return err
		}
		s.changed()
	}
}

// copyAll fills the new folder, and puts it in force.
func (s *Shelf) copyAll(ctx context.Context, m move) error {
	from, err := s.Library()
	if err != nil {
		return err
	}
	if !models.IsMarked(m.To) {
		return protocol.Reason{
			Code: CodeGone, Title: "The new folder isn't there", Detail: "The folder " + m.To + " is not there any more.",
			Facts:  protocol.Phrases{protocol.Say("models_folder", "The folder {folder} is not there, or is another one of that name.", m.To)},
			Action: "Connect its disk: the move goes on by itself. Or take the move back. All models are safe where they are.",
		}
	}
	s.mu.Lock()
	to, err := s.openAt(m.To)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if err := from.CopyTo(ctx, to, s.moved); err != nil {
		return err
	}
	for _, make := range []func(context.Context) (models.File, error){to.MakeDemo, to.MakeDemoImages} {
		if _, err := make(ctx); err != nil {
			return err
		}
	}
	s.at("copied")
	if err := s.putInForce(ctx, to, m); err != nil {
		return err
	}
	s.at("in force")
	return nil
}

func (s *Shelf) putInForce(ctx context.Context, to *models.Library, m move) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx) // taken back in the last moment
	}
	m.Stage = moveClears
	dir := to.Dir()
	if dir == s.cfg.Usual {
		dir = ""
	}
	if err := s.keep(func(r *record) { r.Dir, r.Move = dir, &m }); err != nil {
		return err
	}
	s.library = to
	s.move.Stage, s.move.Progress = m.Stage.shown(), models.Progress{}
	signal(s.queue)
	return nil
}

func (s *Shelf) moved(p models.Progress) {
	s.mu.Lock()
	s.move.Progress = p
	s.mu.Unlock()
	s.cfg.Changed()
}

// clear removes from a folder that is no longer in force what the one in force holds.
func (s *Shelf) clear(ctx context.Context, dir string) error {
	now, err := s.Library()
	if err != nil {
		return err
	}
	if _, e := s.users(); e != nil {
		if err := e.Renew(ctx, now.MadeDir()); err != nil {
			return err
		}
	}
	if err := s.empty(ctx, dir, now); err != nil {
		return err
	}
	s.at("cleared")
	return s.endMove()
}

// undo removes from a folder what a move that was taken back has put there.
func (s *Shelf) undo(ctx context.Context, m move) error {
	now, err := s.Library()
	if err != nil {
		return err
	}
	if err := s.empty(ctx, m.To, now); err != nil {
		return err
	}
	return s.endMove()
}

// empty removes from a folder what another one holds, if it is still there.
func (s *Shelf) empty(ctx context.Context, dir string, now *models.Library) error {
	if dir != s.cfg.Usual && !models.IsMarked(dir) {
		return nil // its disk was taken out; nothing of that is needed
	}
	old, err := models.Open(dir, s.cfg.Options)
	if err != nil {
		return err
	}
	freed, err := old.LeaveAllTo(ctx, now)
	s.log.Info("cleared a folder of models", "dir", dir, "bytes", freed)
	if err != nil {
		return err
	}
	if dir != s.cfg.Usual {
		return models.Unmark(dir)
	}
	return nil
}

func (s *Shelf) endMove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.keep(func(r *record) { r.Move = nil }); err != nil {
		return err
	}
	s.move = MoveStatus{}
	signal(s.queue)
	return nil
}
