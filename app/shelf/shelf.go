// Package shelf keeps the models of one computer: in which folder they are, how much
// of the disk they may take, which are on their way and which are about to go.
//
// A shelf is a library of models that can be put on another disk while it is used. Its
// record says which folder is in force. A download is a model that somebody wants;
// one is fetched at a time. A model that is to go leaves: the network is told first
// that it is no longer here, since a node that is drawn for a model which it lacks
// loses money.
//
// The promise: whatever is cut, and wherever, one folder is in force and holds all
// models; what was on its way goes on; and no model goes that the network or a task
// still counts on.
package shelf

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"helium/backend/models"
	"helium/backend/protocol"
)

// Config of a shelf.
type Config struct {
	// DataDir holds the record.
	DataDir string
	// Usual is the folder where there is no record of another one.
	Usual string
	// Options of the libraries. A MaxBytes of the record comes before theirs.
	Options models.Options
	// Changed is called, with nothing held, when Status is another one. It may be nil.
	Changed func()
	// Opened is told of every library that is opened, before it is used; nil tells nobody.
	Opened func(*models.Library)
	Log    *slog.Logger
}

// Node is what takes tasks for the models; *node.Node is one.
type Node interface {
	// Look has it tell the network soon which models are here.
	Look()
	// Told says whether the network knows of no model that List does not give.
	Told() bool
}

// Engine is what holds models open; *worker.Engine is one.
type Engine interface {
	// Unload frees the models, after the task in work.
	Unload(ctx context.Context) error
	// Renew lets go of all files, after the task in work, and makes its own in madeDir
	// from then on.
	Renew(ctx context.Context, madeDir string) error
}

// Times that tests shorten.
const (
	usualLook  = 300 * time.Millisecond // between looks whether the network knows
	firstRetry = 5 * time.Second        // after which something is tried again
	mostRetry  = 5 * time.Minute
	unloadWait = 10 * time.Second // for the engine, before a model goes that it may hold
)

// Shelf is the models of one computer. Run has to run for anything to move.
type Shelf struct {
	cfg  Config
	log  *slog.Logger
	path string
	// queue and moving hold an element when there is something to look at.
	queue, moving chan struct{}
	look, retry   time.Duration
	// at is told of every step that a crash can fall between.
	at func(step string)

	// mu guards everything that follows.
	mu       sync.Mutex
	record   record
	library  *models.Library
	node     Node
	engine   Engine
	jobs     []*job
	leaving  map[string]*leave
	move     MoveStatus
	stopMove context.CancelCauseFunc
	// again is how often a move was tried in vain, one after the other.
	again    int
	revision uint64
	// run is Run's context, what lives as long as that is counted by work.
	run  context.Context
	work sync.WaitGroup
}

// Codes of the reasons that a shelf gives, beside those of its library.
const (
	// CodeGone: the folder that was chosen for models is not there.
	CodeGone = "models_gone"
	// CodeDownload: a model could not be fetched, CodeMove: the models can't be moved
	// now, CodeStays: a model could not be deleted.
	CodeDownload = "model_download"
	CodeMove     = "models_move"
	CodeStays    = "model_stays"
)

// ReasonCodes are all of them.
func ReasonCodes() []string { return []string{CodeGone, CodeDownload, CodeMove, CodeStays} }

// Open reads the record and opens the folder in force. A record that can't be read is
// put aside. The error holds a protocol.Reason with CodeGone where the folder's disk
// is not there; the shelf can then be told to Use another one.
func Open(c Config) (*Shelf, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Changed == nil {
		c.Changed = func() {}
	}
	s := &Shelf{
		cfg: c, log: c.Log, path: filepath.Join(c.DataDir, FileName), leaving: map[string]*leave{},
		queue: make(chan struct{}, 1), moving: make(chan struct{}, 1), look: usualLook, retry: firstRetry, at: func(string) {},
		run: context.Background(),
	}
	r, err := readRecord(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		c.Log.Warn("the record of the models can't be read; the usual folder holds", "err", err)
		os.Rename(s.path, s.path+".unreadable")
	}
	s.record = r
	for _, w := range r.Downloads {
		j := &job{wanted: w, status: Queued}
		if w.Paused {
			j.status = Paused
		}
		s.jobs = append(s.jobs, j)
	}
	if r.Move != nil {
		s.move = MoveStatus{From: r.Move.From, To: r.Move.To, Stage: r.Move.Stage.shown()}
		signal(s.moving)
	}
	signal(s.queue)
	return s, nil
}

// Library opens the folder in force, if it is not open yet.
func (s *Shelf) Library() (*models.Library, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open()
}

// open is called with mu held.
func (s *Shelf) open() (*models.Library, error) {
	if s.library != nil {
		return s.library, nil
	}
	dir := s.dir()
	if s.record.Dir != "" {
		if err := there(dir); err != nil {
			return nil, err
		}
	}
	l, err := s.openAt(dir)
	if err != nil {
		return nil, err
	}
	s.library = l
	return l, nil
}

// dir is the folder in force. It is called with mu held.
func (s *Shelf) dir() string {
	if s.record.Dir == "" {
		return s.cfg.Usual
	}
	return s.record.Dir
}

// openAt is called with mu held.
func (s *Shelf) openAt(dir string) (*models.Library, error) {
	l, err := models.Open(dir, s.cfg.Options)
	if err != nil {
		return nil, err
	}
	if s.record.Limit != nil {
		l.SetLimit(*s.record.Limit)
	}
	if s.cfg.Opened != nil {
		s.cfg.Opened(l)
	}
	return l, nil
}

// Get is that of the folder in force.
func (s *Shelf) Get(id string) (models.File, error) {
	l, err := s.Library()
	if err != nil {
		return models.File{}, err
	}
	return l.Get(id)
}

// Use is that of the folder in force: what is used is neither removed nor moved away
// until release is called.
func (s *Shelf) Use(id string) (models.File, func(), error) {
	for {
		l, err := s.Library()
		if err != nil {
			return models.File{}, nil, err
		}
		f, release, err := l.Use(id)
		if now, _ := s.Library(); now == l {
			return f, release, err
		}
		if err == nil { // it was moved in this very moment
			release()
		}
	}
}

// List is what is here and stays.
func (s *Shelf) List() []models.File {
	l, err := s.Library()
	if err != nil {
		return nil
	}
	all := l.List()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(all, func(f models.File) bool { return s.leaving[f.Pin.ID] != nil })
}

// Attach says who works with the models from now on, until detach is called.
func (s *Shelf) Attach(n Node, e Engine) (detach func()) {
	s.mu.Lock()
	s.node, s.engine = n, e
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.engine == e {
			s.node, s.engine = nil, nil
		}
	}
}

// users are those who work with the models now; nil for none.
func (s *Shelf) users() (Node, Engine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.node, s.engine
}

// Run fetches, moves and removes until ctx ends.
func (s *Shelf) Run(ctx context.Context) {
	s.mu.Lock()
	s.run = ctx
	s.mu.Unlock()
	var loops sync.WaitGroup
	loops.Go(func() { s.fetchAll(ctx) })
	loops.Go(func() { s.moveAll(ctx) })
	loops.Wait()
	s.work.Wait()
}

// changed tells of a change.
func (s *Shelf) changed() {
	s.mu.Lock()
	s.revision++
	n := s.node
	s.mu.Unlock()
	s.cfg.Changed()
	if n != nil {
		n.Look()
	}
}

// keep changes the record; what can't be kept does not hold. It is called with mu
// held.
func (s *Shelf) keep(edit func(*record)) error {
	next := s.record
	edit(&next)
	next.Downloads = nil
	for _, j := range s.jobs {
		next.Downloads = append(next.Downloads, j.wanted)
	}
	if err := next.write(s.path); err != nil {
		return err
	}
	s.record = next
	return nil
}

// Status is what happens with the models now.
type Status struct {
	// Revision is another one whenever the models are, or Status beyond its progress.
	Revision  uint64
	Downloads []Download
	Leaving   []Leave
	// Move that is under way; nil where there is none.
	Move *MoveStatus
}

// Status is as of now.
func (s *Shelf) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Status{Revision: s.revision}
	for _, j := range s.jobs {
		out.Downloads = append(out.Downloads, j.shown())
	}
	for id, l := range s.leaving {
		out.Leaving = append(out.Leaving, Leave{ID: id, Stage: l.stage, Reason: l.reason})
	}
	slices.SortFunc(out.Leaving, func(a, b Leave) int { return compare(a.ID, b.ID) })
	if s.record.Move != nil {
		now := s.move
		out.Move = &now
	}
	return out
}

// Folder is the one in force, and whether it is the usual one.
func (s *Shelf) Folder() (dir string, usual bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dir(), s.record.Dir == ""
}

// Limit in bytes; 0 is no limit.
func (s *Shelf) Limit() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.record.Limit != nil {
		return *s.record.Limit
	}
	if l, err := s.open(); err == nil {
		return l.Limit()
	}
	return 0
}

// ErrOther says that what a person agreed to is not what would happen now.
var ErrOther = say("models_other", "Other models would go now than a moment ago. Look at it again.")

// say is an error that is a phrase for the person.
func say(code, text string, values ...any) error { return protocol.Say(code, text, values...) }

// moves says whether the models are being moved, and how far that has come.
func (s *Shelf) moves() (moveStage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.record.Move == nil {
		return "", false
	}
	return s.record.Move.Stage, true
}

// SetLimit allows so many bytes of the disk, 0 for as many as there are. going are the
// models that a person was told would go by it.
func (s *Shelf) SetLimit(bytes int64, going []string) error {
	if bytes < 0 {
		return say("models_limit", "The limit is below 0.")
	}
	l, err := s.Library()
	if err != nil {
		return err
	}
	leaving := l.Leaving("", 0, bytes)
	if _, moving := s.moves(); moving && len(leaving.IDs) > 0 {
		return say("models_moving_limit", "The models are being moved. Set the limit when that is done.")
	}
	for _, id := range leaving.IDs {
		if !slices.Contains(going, id) {
			return ErrOther
		}
	}
	s.mu.Lock()
	err = s.keep(func(r *record) { r.Limit = &bytes })
	s.mu.Unlock()
	if err != nil {
		return err
	}
	l.SetLimit(bytes)
	l.TrimMade()
	for _, id := range leaving.IDs {
		s.letGo(id, nil)
	}
	s.tryAgain(models.CodeCap)
	s.changed()
	return nil
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

func reasonOf(err error, code, title, action string) *protocol.Reason {
	reason := protocol.Reason{Code: code, Title: title, Detail: err.Error(), Action: action}
	errors.As(err, &reason)
	return &reason
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
